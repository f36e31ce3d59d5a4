-- Give a chunk of a mailing's waiting messages a final status.
-- Guarantees: waits for no one; what is being claimed is left to whoever claims it. Index: due_of_mailing.
UPDATE mailings_message SET status = %(status)s, next_attempt_at = NULL, reason = %(reason)s, reason_number = NULL
WHERE id IN (
  SELECT message_id FROM mailings_duemessage WHERE mailing_id = %(mailing_id)s
  LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
RETURNING id, client_id
