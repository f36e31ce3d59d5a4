-- Take the right to probe a held gateway; one worker gets it in each interval.
UPDATE mailings_gateway SET probe_at = now() + make_interval(secs => %(probe_interval_seconds)s)
WHERE name = %(name)s AND held_at IS NOT NULL AND probe_at <= now()
