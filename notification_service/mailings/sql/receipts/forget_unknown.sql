-- Delete receipts whose message nobody has named for an hour, and return how many there were of each gateway.
-- Few rows, so no index.
WITH unknown AS (
  DELETE FROM mailings_earlyreceipt WHERE came_at < now() - interval '1 hour' RETURNING gateway_id
)
SELECT gateway.name, count(*) FROM unknown JOIN mailings_gateway AS gateway ON gateway.id = unknown.gateway_id
GROUP BY gateway.name
