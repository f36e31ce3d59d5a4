-- Take webhooks that have something to be told now, under a lease.
-- Guarantees: one worker process tells each webhook. Index: delivery_due.
UPDATE webhooks_webhook SET claimed_by = %(worker)s, claimed_until = now() + make_interval(secs => %(lease_seconds)s)
WHERE id IN (
  SELECT webhook.id FROM webhooks_webhook AS webhook
  WHERE coalesce(claimed_until < now(), true) AND deleted_at IS NULL AND id <> ALL(%(mine)s::bigint[])
    AND EXISTS (
      SELECT FROM webhooks_webhookdelivery AS delivery
      WHERE delivery.webhook_id = webhook.id AND delivery.ended_at IS NULL AND delivery.next_attempt_at <= now()
        AND (delivery.queue = -1 OR webhook.enabled AND coalesce(webhook.retry_at <= now(), true))
    )
  LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
RETURNING id
