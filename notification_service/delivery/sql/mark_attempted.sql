-- Mark messages of a partition as attempted: write which gateway is about to get a request for them. Or, where none was
-- made after all, take the mark away. For mailings that give up in doubt: a rescue gives up only marked messages.
-- Touches no index (heap-only update).
-- Guarantees: a message that no longer belongs to this batch is not changed.
-- Index: primary key.
UPDATE mailings_message AS message SET gateway_id = CASE WHEN %(is_attempted)s THEN %(gateway_id)s::bigint END
FROM unnest(%(ids)s::bigint[], %(batch_ids)s::bigint[]) AS attempted (id, batch_id)
WHERE message.partition = %(partition)s AND message.id = attempted.id AND message.batch_id = attempted.batch_id
  AND message.status = 'sending'
