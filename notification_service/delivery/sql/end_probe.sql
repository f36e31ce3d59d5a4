-- There was no message to probe the gateway with: its breaker is open as before.
-- Index: primary key.
UPDATE mailings_gateway SET probing_since = NULL WHERE id = %(gateway_id)s AND held_at IS NOT NULL
