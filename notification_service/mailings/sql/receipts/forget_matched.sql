-- Delete early receipts that are recorded. One that was replaced meanwhile stays. Index: primary key.
DELETE FROM mailings_earlyreceipt AS early
USING unnest(%(gateway_ids)s::bigint[], %(provider_ids)s::text[], %(deliveries)s::text[])
  AS done (gateway_id, provider_id, delivery)
WHERE early.gateway_id = done.gateway_id AND early.provider_id = done.provider_id AND early.delivery = done.delivery
