-- Keep receipts whose messages are not known yet.
-- Guarantees: one for each id, `delivered` if any said so. In the order of the ids, so that two of these never wait for
-- each other in a circle. Index: primary key.
INSERT INTO mailings_earlyreceipt AS kept (gateway_id, provider_id, delivery, at, reason)
SELECT %(gateway_id)s, provider_id, delivery, at, reason FROM unnest(
  %(provider_ids)s::text[], %(deliveries)s::text[], %(at)s::timestamptz[], %(reasons)s::text[]
) AS told (provider_id, delivery, at, reason) ORDER BY provider_id
ON CONFLICT (gateway_id, provider_id) DO UPDATE SET delivery = excluded.delivery, at = excluded.at, reason = excluded.reason
WHERE kept.delivery = 'undelivered' AND excluded.delivery = 'delivered'
