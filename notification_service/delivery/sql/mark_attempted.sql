-- Mark messages as attempted: note which gateway is about to be asked to take them, where a request that never
-- reports is their end: a rescue gives up these alone. Touches no index (heap-only update).
-- Guarantees: a message that is no longer this batch's is left alone.
-- Index: primary key.
UPDATE mailings_message AS message SET gateway_id = %(gateway_id)s
FROM unnest(%(ids)s::bigint[], %(batch_ids)s::bigint[]) AS attempted (id, batch_id)
WHERE message.id = attempted.id AND message.batch_id = attempted.batch_id AND message.status = 'sending'
