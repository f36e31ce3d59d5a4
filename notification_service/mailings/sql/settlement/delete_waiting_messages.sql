-- Remove a chunk of a mailing's waiting messages with their attempts.
-- Guarantees: locks the due rows first, like every change of waiting messages; does not wait. Index: due_of_mailing.
WITH gone AS MATERIALIZED (
  SELECT message_id AS id FROM mailings_duemessage WHERE mailing_id = %(mailing_id)s
  LIMIT %(limit)s FOR UPDATE SKIP LOCKED
), attempts AS (
  DELETE FROM mailings_attempt WHERE partition = %(partition)s AND message_id IN (SELECT id FROM gone)
)
DELETE FROM mailings_message WHERE partition = %(partition)s AND id IN (SELECT id FROM gone)
