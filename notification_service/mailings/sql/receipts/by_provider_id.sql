-- Find the messages of a gateway by the ids of its provider. Index: primary key of mailings_providermessage.
SELECT provider_id, message_id FROM mailings_providermessage
WHERE gateway_id = %(gateway_id)s AND provider_id = ANY(%(provider_ids)s)
