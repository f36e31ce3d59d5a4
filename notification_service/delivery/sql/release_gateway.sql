-- The gateway lets us in again.
UPDATE mailings_gateway SET held_at = NULL, held_reason = '', probe_at = NULL WHERE name = %(name)s
