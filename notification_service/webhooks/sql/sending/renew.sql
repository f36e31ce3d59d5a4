-- Keep a webhook for another lease, and read it as it is now. No row: it is somebody else's by now, or is deleted.
-- Index: primary key.
UPDATE webhooks_webhook SET claimed_until = now() + make_interval(secs => %(lease_seconds)s)
WHERE id = %(webhook_id)s AND claimed_by = %(worker)s AND claimed_until IS NOT NULL AND deleted_at IS NULL
RETURNING url, secret_encrypted, CASE WHEN old_secret_until > now() THEN old_secret_encrypted END,
  enabled AND coalesce(retry_at <= now(), true), failing_since IS NOT NULL, failures
