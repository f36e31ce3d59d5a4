-- Cancel messages that wait again although their mailing may not go to the phone any more: they came back to the queue
-- while it was being said so.
-- Guarantees: the rows of due messages are locked first, in their order, as everybody does who waits for them; what
-- does not wait is left alone. Rare, so it may look into every partition.
-- Indexes: primary keys of due messages and messages.
WITH excluded AS MATERIALIZED (
  SELECT due.message_id, given.reason FROM mailings_duemessage AS due
  JOIN unnest(%(ids)s::bigint[], %(reasons)s::text[]) AS given (id, reason) ON given.id = due.message_id
  ORDER BY due.message_id FOR UPDATE OF due
)
UPDATE mailings_message AS message SET
  status = 'cancelled', next_attempt_at = NULL, reason = excluded.reason, reason_number = NULL, error = ''
FROM excluded WHERE message.id = excluded.message_id
