-- The deliveries of a webhook that can be made now: the oldest of each queue, in their order.
-- Guarantees: one that waits for its next attempt holds up those behind it in its queue, until it has failed
-- `ordered_attempts` times; then they pass.
-- Index: delivery_waiting, from one queue to the next.
WITH RECURSIVE queue (number) AS (
  (
    SELECT queue FROM webhooks_webhookdelivery
    WHERE webhook_id = %(webhook_id)s AND ended_at IS NULL ORDER BY queue LIMIT 1
  )
  UNION ALL
  SELECT (
    SELECT delivery.queue FROM webhooks_webhookdelivery AS delivery
    WHERE delivery.webhook_id = %(webhook_id)s AND delivery.ended_at IS NULL AND delivery.queue > queue.number
    ORDER BY delivery.queue LIMIT 1
  )
  FROM queue WHERE queue.number IS NOT NULL
), free AS MATERIALIZED (
  SELECT queue.number AS queue, first.id, min(first.id) OVER (PARTITION BY queue.number) AS oldest
  FROM queue CROSS JOIN LATERAL (
    SELECT id, bool_and(next_attempt_at <= now()) OVER (ORDER BY id) AS is_free FROM (
      SELECT id, next_attempt_at FROM webhooks_webhookdelivery AS delivery
      WHERE webhook_id = %(webhook_id)s AND ended_at IS NULL AND delivery.queue = queue.number
        AND (attempts < %(ordered_attempts)s OR next_attempt_at <= now())
      ORDER BY id LIMIT %(of_queue)s
    ) AS oldest
  ) AS first
  WHERE first.is_free AND (queue.number = -1 OR %(is_open)s)
)
SELECT delivery.id, delivery.event, delivery.queue, delivery.told, delivery.ids, delivery.data::text, delivery.attempts,
  to_char(delivery.happened_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
  extract(epoch FROM now())::bigint, coalesce(extract(epoch FROM delivery.attempted_at), 0)::float8
FROM webhooks_webhookdelivery AS delivery JOIN (
  SELECT id, dense_rank() OVER (ORDER BY oldest) AS place FROM free
) AS chosen USING (id)
WHERE place <= %(queues)s ORDER BY id
