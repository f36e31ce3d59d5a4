-- The opt-outs of an event, as JSON, in the order of the ids. Index: primary key, the clients' phone.
SELECT coalesce(json_agg(json_build_object(
  'id', said.id, 'client', client.id, 'external_id', client.external_id, 'phone', said.phone, 'topic', said.topic
) ORDER BY told.number), '[]')::text
FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS told (id, number)
JOIN directory_optout AS said ON said.id = told.id
LEFT JOIN directory_client AS client ON client.phone = said.phone
