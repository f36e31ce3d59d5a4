-- Close the gateway's breaker: messages go to it again.
-- Index: primary key.
UPDATE mailings_gateway SET
  held_at = NULL, held_reason = '', held_reason_number = NULL, held_text = '', probe_at = NULL,
  probing_since = NULL, wait_seconds = 0
WHERE id = %(gateway_id)s
