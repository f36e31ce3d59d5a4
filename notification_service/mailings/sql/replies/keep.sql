-- Keep a reply; return its id, and whether it is new. The same one again, to the moment, is the row that is there:
-- then it is only locked. Index: inbound_once.
INSERT INTO mailings_inboundmessage AS kept (gateway_id, phone, text, at, is_stop)
VALUES (%(gateway_id)s, %(phone)s, %(text)s, %(at)s, %(is_stop)s)
ON CONFLICT (gateway_id, phone, at, md5(text)) DO UPDATE SET phone = kept.phone
RETURNING id, xmax = 0
