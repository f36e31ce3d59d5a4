-- Forget whom a chunk of a mailing's messages went to, and what the gateway said of them.
-- Guarantees: in the order of message_once_per_client, where what is forgotten comes last: no chunk passes it
-- again. Waits for no one.
WITH chunk AS (
  SELECT id FROM mailings_message WHERE mailing_id = %(mailing_id)s AND client_id IS NOT NULL
  ORDER BY client_id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
), answers AS (
  UPDATE mailings_attempt SET answer = '' WHERE message_id IN (SELECT id FROM chunk) AND answer <> ''
)
UPDATE mailings_message SET client_id = NULL WHERE id IN (SELECT id FROM chunk)
