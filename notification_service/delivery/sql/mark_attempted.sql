-- Note which gateway is about to be asked to take the messages, where a request that never reports is their
-- end: a rescue gives up these alone. Touches no index (heap-only update).
-- Guarantees: a message that is no longer this batch's is left alone.
-- Index: primary key.
UPDATE mailings_message AS message SET gateway_id = %(gateway_id)s
FROM unnest(%(ids)s::bigint[], %(batch_ids)s::bigint[]) AS asked (id, batch_id)
WHERE message.id = asked.id AND message.batch_id = asked.batch_id AND message.status = 'sending'
