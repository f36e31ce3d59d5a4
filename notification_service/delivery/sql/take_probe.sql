-- Take the right to probe a held gateway (half open); one worker gets it in each interval.
-- Index: primary key.
UPDATE mailings_gateway SET
  probe_at = now() + make_interval(secs => %(probe_interval_seconds)s), probing_since = now()
WHERE id = %(gateway_id)s AND held_at IS NOT NULL AND probe_at <= now()
