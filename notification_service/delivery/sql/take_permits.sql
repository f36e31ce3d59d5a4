-- Reserve permits: the next times at which requests to a gateway with a limit per second may start.
-- Guarantees: no permit is given out twice, any two are at least spread/limit seconds apart over all workers, and
-- none is further ahead than the horizon. If the limit was raised, the distance by the old limit is cut to a
-- second, which is more than any permit can be ahead.
-- Index: primary key.
WITH gateway AS MATERIALIZED (
  SELECT id, coalesce(permits_until, '-infinity') AS permits_until, %(spread)s / max_requests_per_second AS spacing
  FROM mailings_gateway WHERE id = %(gateway_id)s AND max_requests_per_second IS NOT NULL FOR UPDATE
), next AS MATERIALIZED (
  SELECT id, spacing, permits_until,
    greatest(
      least(permits_until, clock_timestamp() + make_interval(secs => 1 + spacing)),
      clock_timestamp() + interval '10 ms'
    ) AS first_at,
    clock_timestamp() + make_interval(secs => %(horizon_seconds)s) AS horizon
  FROM gateway
), reserved AS MATERIALIZED (
  SELECT id, spacing, first_at, first_at < permits_until AS is_cut,
    greatest(0, least(%(wanted)s, floor(extract(epoch FROM horizon - first_at)::float8 / spacing)::int + 1)) AS permits
  FROM next
), kept AS (
  UPDATE mailings_gateway AS gateway
  SET permits_until = first_at + make_interval(secs => permits * reserved.spacing)
  FROM reserved WHERE gateway.id = reserved.id AND (permits > 0 OR is_cut)
)
SELECT extract(epoch FROM first_at)::float8, spacing, permits FROM reserved
