-- Record attempts. Guarantees: what has ended meanwhile stays as it is; one that was tried in vain for long enough,
-- and a test that failed, has failed for good. Index: primary key.
UPDATE webhooks_webhookdelivery AS delivery SET
  attempts = delivery.attempts + 1, attempted_at = now(), tried_since = coalesce(delivery.tried_since, now()),
  http_status = made.http_status, response = made.response, reason = made.reason, reason_number = made.reason_number,
  error = made.error,
  status = CASE
    WHEN made.is_delivered THEN 'delivered'
    WHEN delivery.queue = -1 OR delivery.tried_since < now() - make_interval(secs => %(give_up_seconds)s) THEN 'failed'
    ELSE 'waiting'
  END,
  ended_at = CASE
    WHEN made.is_delivered OR delivery.queue = -1
      OR delivery.tried_since < now() - make_interval(secs => %(give_up_seconds)s) THEN now()
  END,
  next_attempt_at = now() + make_interval(secs => made.wait_seconds)
FROM unnest(
  %(ids)s::bigint[], %(delivered)s::boolean[], %(http_statuses)s::smallint[], %(responses)s::text[],
  %(reasons)s::text[], %(reason_numbers)s::smallint[], %(errors)s::text[], %(waits)s::float8[]
) AS made (id, is_delivered, http_status, response, reason, reason_number, error, wait_seconds)
WHERE delivery.id = made.id AND delivery.ended_at IS NULL
