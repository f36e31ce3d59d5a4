-- Read the gateway's state, and the database's clock. No row: the gateway is gone.
-- Index: primary key.
SELECT clock_timestamp(), enabled, held_at IS NOT NULL, max_requests_per_second, max_concurrency
FROM mailings_gateway WHERE id = %(gateway_id)s
