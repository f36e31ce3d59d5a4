-- Delete a chunk of the deliveries of webhooks that are deleted. Does not wait for locks. Index: delivery_of_webhook.
DELETE FROM webhooks_webhookdelivery WHERE id IN (
  SELECT delivery.id FROM webhooks_webhook AS webhook
  JOIN webhooks_webhookdelivery AS delivery ON delivery.webhook_id = webhook.id
  WHERE webhook.deleted_at IS NOT NULL LIMIT %(limit)s FOR UPDATE OF delivery SKIP LOCKED
)
