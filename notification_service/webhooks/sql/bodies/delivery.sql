-- The receipts of an event, as JSON, in the order of the ids. A message that is gone keeps its id and receipt.
-- A single message has a reference of its own. Index: primary keys of mailings, messages, clients, single messages.
SELECT coalesce(json_agg(json_build_object(
  'id', told.id, 'client', message.client_id, 'external_id', client.external_id,
  'reference', nullif(single.reference, ''), 'delivery', %(told)s::text,
  'delivered_at', CASE WHEN message.delivery = %(told)s
    THEN to_char(message.delivered_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') END,
  'reason', nullif(message.delivery_reason, '')
) ORDER BY told.number), '[]')::text,
  to_json(coalesce((SELECT reference FROM mailings_mailing WHERE id = %(mailing_id)s), ''))::text
FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS told (id, number)
LEFT JOIN mailings_message AS message ON message.id = told.id
  AND message.partition = coalesce((SELECT partition FROM mailings_mailing WHERE id = %(mailing_id)s), 0)
LEFT JOIN directory_client AS client ON client.id = message.client_id
LEFT JOIN mailings_singlemessage AS single ON single.message_id = message.id AND %(mailing_id)s = 0
