-- Delete a chunk of the deliveries of long ago that have ended, or wait for a webhook that is disabled.
-- Does not wait for locks. Index: delivery_happened.
DELETE FROM webhooks_webhookdelivery WHERE id IN (
  SELECT delivery.id FROM webhooks_webhookdelivery AS delivery
  JOIN webhooks_webhook AS webhook ON webhook.id = delivery.webhook_id
  WHERE delivery.happened_at < now() - make_interval(days => %(days)s)
    AND (delivery.ended_at IS NOT NULL OR NOT webhook.enabled)
  ORDER BY delivery.happened_at LIMIT %(limit)s FOR UPDATE OF delivery SKIP LOCKED
)
