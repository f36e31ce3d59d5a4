-- List early receipts whose messages are known by now. Index: primary key of mailings_providermessage.
SELECT early.gateway_id, early.provider_id, named.message_id, early.delivery, early.at, early.reason
FROM mailings_earlyreceipt AS early
JOIN mailings_providermessage AS named USING (gateway_id, provider_id)
LIMIT %(limit)s
