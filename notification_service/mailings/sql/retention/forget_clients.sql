-- Clear the clients of a chunk of a mailing's messages, and what the gateway said of them.
-- Guarantees: in the order of message_once_per_client, in which cleared rows come last, so that no chunk reads them
-- again. Does not wait for locks.
WITH chunk AS (
  SELECT id FROM mailings_message
  WHERE partition = %(partition)s AND mailing_id = %(mailing_id)s AND client_id IS NOT NULL
  ORDER BY client_id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
), responses AS (
  UPDATE mailings_attempt SET response = ''
  WHERE partition = %(partition)s AND message_id IN (SELECT id FROM chunk) AND response <> ''
)
UPDATE mailings_message SET client_id = NULL, delivery_reason = '', provider_id = '' WHERE partition = %(partition)s AND id IN (SELECT id FROM chunk)
