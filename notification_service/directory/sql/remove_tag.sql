-- Take a tag from clients; return each who had it, and its place among the client's tags.
-- Guarantees: clients are locked in the order of phones, as imports do.
-- Index: the primary key.
WITH chosen AS MATERIALIZED (
  SELECT id, array_position(tags, %(tag)s::varchar) AS place, array_remove(tags, %(tag)s::varchar) AS tags
  FROM directory_client
  WHERE id = ANY (%(ids)s::bigint[]) AND deleted_at IS NULL AND tags @> ARRAY[%(tag)s]::varchar[]
  ORDER BY phone COLLATE "C" FOR NO KEY UPDATE
)
UPDATE directory_client AS client SET tags = chosen.tags, tag = coalesce(chosen.tags[1], ''), updated_at = now()
FROM chosen WHERE client.id = chosen.id
RETURNING client.id, chosen.place
