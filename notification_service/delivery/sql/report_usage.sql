-- Report what this worker does with the gateway, and keep its quota until the lease ends. Return how many messages a
-- second all other workers can send together that use it now: as measured since it was changed, or by its latency.
-- Index: gateway_use_of_worker (gateway_id, worker).
INSERT INTO mailings_gatewayuse AS used
  (gateway_id, worker, seen_at, lease_expires_at, quota, concurrency, full_concurrency, latency_ms,
    most_per_second, is_busy, measured_at)
SELECT id, %(worker)s, clock_timestamp(), clock_timestamp() + make_interval(secs => %(lease_seconds)s),
  %(quota)s::int, %(concurrency)s, %(full_concurrency)s, %(latency_ms)s::float8,
  %(most_per_second)s::float8, %(is_busy)s,
  CASE WHEN %(most_per_second)s::float8 IS NOT NULL THEN clock_timestamp() END
FROM mailings_gateway WHERE id = %(gateway_id)s
ON CONFLICT (gateway_id, worker) DO UPDATE SET
  seen_at = excluded.seen_at, lease_expires_at = excluded.lease_expires_at, quota = excluded.quota,
  concurrency = excluded.concurrency, full_concurrency = excluded.full_concurrency,
  latency_ms = coalesce(excluded.latency_ms, used.latency_ms),
  most_per_second = coalesce(excluded.most_per_second, used.most_per_second),
  is_busy = CASE WHEN excluded.measured_at IS NULL THEN used.is_busy ELSE excluded.is_busy END,
  measured_at = coalesce(excluded.measured_at, used.measured_at), unusable_problem = '',
  unusable_reason = ''
RETURNING (
  SELECT coalesce(sum(coalesce(
    CASE WHEN other.measured_at > gateway.updated_at THEN other.most_per_second END,
    other.concurrency * 1000 / nullif(other.latency_ms, 0)
  )), 0)::float8
  FROM mailings_gatewayuse AS other JOIN mailings_gateway AS gateway ON gateway.id = other.gateway_id
  WHERE other.gateway_id = %(gateway_id)s AND other.worker <> %(worker)s
    AND other.lease_expires_at > clock_timestamp()
)
