-- Remove a chunk of a mailing's messages that do not wait, with their attempts.
-- Guarantees: does not wait for locks: the next call removes what a worker is recording. Index: message_of_mailing.
WITH gone AS MATERIALIZED (
  SELECT id FROM mailings_message
  WHERE partition = %(partition)s AND mailing_id = %(mailing_id)s AND next_attempt_at IS NULL
  LIMIT %(limit)s FOR UPDATE SKIP LOCKED
), attempts AS (
  DELETE FROM mailings_attempt WHERE partition = %(partition)s AND message_id IN (SELECT id FROM gone)
)
DELETE FROM mailings_message WHERE partition = %(partition)s AND id IN (SELECT id FROM gone)
