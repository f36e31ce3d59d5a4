-- Hold the gateway from now on; one that is held already keeps since when, and its next probe.
INSERT INTO mailings_gateway (name, held_at, held_reason, probe_at)
VALUES (%(name)s, now(), %(reason)s, now() + make_interval(secs => %(probe_interval_seconds)s))
ON CONFLICT (name) DO UPDATE SET
  held_at = coalesce(mailings_gateway.held_at, excluded.held_at),
  held_reason = excluded.held_reason,
  probe_at = coalesce(mailings_gateway.probe_at, excluded.probe_at)
