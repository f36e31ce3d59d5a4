-- Remove a chunk of a mailing's waiting messages with their attempts.
-- Guarantees: locks by the due rows, as all who change waiting messages; waits for no one. Index: due_of_mailing.
WITH gone AS MATERIALIZED (
  SELECT message_id AS id FROM mailings_duemessage WHERE mailing_id = %(mailing_id)s
  LIMIT %(limit)s FOR UPDATE SKIP LOCKED
), attempts AS (
  DELETE FROM mailings_attempt WHERE message_id IN (SELECT id FROM gone)
)
DELETE FROM mailings_message WHERE id IN (SELECT id FROM gone)
