-- Count the other workers that use the gateway, and how much of its max_concurrency they hold.
-- Index: gateway_use_of_worker (gateway_id, worker).
SELECT count(*), coalesce(sum(quota), 0) FROM mailings_gatewayuse
WHERE gateway_id = %(gateway_id)s AND worker <> %(worker)s AND lease_expires_at > clock_timestamp()
