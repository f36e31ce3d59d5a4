-- The receipts of an event, as JSON, in the order of the ids. A message that is gone keeps its id and receipt.
-- Index: primary keys of mailings, messages and clients.
SELECT coalesce(json_agg(json_build_object(
  'id', told.id, 'client', message.client_id, 'external_id', client.external_id, 'delivery', %(told)s::text,
  'delivered_at', to_jsonb(message) -> 'delivered_at',
  'reason', nullif(to_jsonb(message) ->> 'delivery_reason', '')
) ORDER BY told.number), '[]')::text,
  to_json(coalesce((SELECT reference FROM mailings_mailing WHERE id = %(mailing_id)s), ''))::text
FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS told (id, number)
LEFT JOIN mailings_message AS message ON message.id = told.id
  AND message.partition = (SELECT partition FROM mailings_mailing WHERE id = %(mailing_id)s)
LEFT JOIN directory_client AS client ON client.id = message.client_id
