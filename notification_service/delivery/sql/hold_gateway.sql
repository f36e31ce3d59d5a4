-- Open the gateway's breaker, or leave it open after a probe; one that was open already keeps since when,
-- and its next probe.
-- Index: primary key.
UPDATE mailings_gateway SET
  held_at = coalesce(held_at, now()),
  held_reason = %(reason)s,
  held_reason_number = %(reason_number)s,
  held_text = %(text)s,
  probe_at = coalesce(probe_at, now() + make_interval(secs => %(probe_interval_seconds)s)),
  probing_since = NULL
WHERE id = %(gateway_id)s
