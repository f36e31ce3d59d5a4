-- Write what receipts say of messages of a partition, whatever their status; return the messages that changed.
-- Guarantees: what is delivered stays so; written twice, it changes nothing. It waits for nobody while it holds a row:
-- a message that is being recorded, or claimed, is left out, for the caller to come again. One that waits for an attempt
-- is only written under the lock of its due row, as decision 25 asks. Touches no index (heap-only update).
-- Indexes: primary keys of messages and of due messages.
WITH due AS MATERIALIZED (
  SELECT message_id FROM mailings_duemessage WHERE message_id = ANY(%(ids)s::bigint[]) FOR UPDATE SKIP LOCKED
), free AS MATERIALIZED (
  SELECT id FROM mailings_message
  WHERE partition = %(partition)s AND id = ANY(%(ids)s::bigint[])
    AND (next_attempt_at IS NULL OR id IN (SELECT message_id FROM due))
  FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE mailings_message AS message SET
  delivery = told.delivery, delivery_reason = told.reason,
  delivered_at = CASE told.delivery WHEN 'delivered' THEN least(told.at, now()) END
FROM free JOIN unnest(
  %(ids)s::bigint[], %(deliveries)s::text[], %(at)s::timestamptz[], %(reasons)s::text[]
) AS told (id, delivery, at, reason) USING (id)
WHERE message.partition = %(partition)s AND message.id = told.id
  AND (message.delivery IS NULL OR message.delivery = 'undelivered' AND told.delivery = 'delivered')
RETURNING message.id
