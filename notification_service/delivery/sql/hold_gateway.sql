-- Open the gateway's breaker, or keep it open after a probe. One that was open already keeps its time and its next
-- probe, unless the gateway asks to be left alone, and did so when the breaker opened. If only a single probe gets
-- that response, the message may be the reason.
-- Index: primary key.
UPDATE mailings_gateway SET
  held_at = coalesce(held_at, now()),
  held_reason = %(reason)s,
  held_reason_number = %(reason_number)s,
  held_text = %(text)s,
  wait_seconds = CASE WHEN held_at IS NULL THEN %(wait_seconds)s::float8 ELSE wait_seconds END,
  probe_at = CASE
    WHEN held_at IS NULL OR probe_at IS NULL
      THEN now() + make_interval(secs => greatest(%(probe_interval_seconds)s, %(wait_seconds)s::float8))
    WHEN least(%(wait_seconds)s::float8, wait_seconds) > 0
      THEN greatest(probe_at, now() + make_interval(secs => least(%(wait_seconds)s::float8, wait_seconds)))
    ELSE probe_at
  END,
  probing_since = NULL
WHERE id = %(gateway_id)s
