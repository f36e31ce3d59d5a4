-- Remove a chunk of a mailing's messages that do not wait, with their attempts.
-- Guarantees: waits for no one: what a worker is recording is left to the next call. Index: message_of_mailing.
WITH gone AS MATERIALIZED (
  SELECT id FROM mailings_message WHERE mailing_id = %(mailing_id)s AND next_attempt_at IS NULL
  LIMIT %(limit)s FOR UPDATE SKIP LOCKED
), attempts AS (
  DELETE FROM mailings_attempt WHERE message_id IN (SELECT id FROM gone)
)
DELETE FROM mailings_message WHERE id IN (SELECT id FROM gone)
