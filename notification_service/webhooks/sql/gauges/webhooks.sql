-- The webhooks with how they are, how many deliveries wait for each that is told, tests not counted, and how many seconds
-- ago the oldest of these events happened; of so many that wait, no more are read.
-- Index: delivery_waiting.
SELECT webhook.id,
  CASE
    WHEN webhook.enabled AND webhook.failing_since IS NULL THEN 'working'
    WHEN webhook.enabled THEN 'failing'
    WHEN webhook.disabled_by IN ('failing', 'gone') THEN 'disabled'
    ELSE 'off'
  END,
  waiting.deliveries,
  coalesce(greatest(extract(epoch FROM now() - waiting.oldest), 0), 0)::float8
FROM webhooks_webhook AS webhook
CROSS JOIN LATERAL (
  SELECT count(*) AS deliveries, min(happened_at) AS oldest
  FROM (
    SELECT happened_at FROM webhooks_webhookdelivery
    WHERE webhook_id = webhook.id AND ended_at IS NULL AND queue >= 0 AND webhook.enabled
    LIMIT %(most)s
  ) AS looked_at
) AS waiting
WHERE webhook.deleted_at IS NULL
ORDER BY webhook.id
