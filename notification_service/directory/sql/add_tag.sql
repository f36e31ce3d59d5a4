-- Give clients a tag, each at its place among the client's tags; those who have it, or are deleted, stay as they are.
-- Guarantees: returns each client who got it, and those who have too many tags for one more. Clients are locked in the
-- order of phones, as imports do.
-- Index: the primary key.
WITH chosen AS MATERIALIZED (
  SELECT client.id, coalesce(listed.place, %(most)s) AS place, client.tags
  FROM unnest(%(ids)s::bigint[], %(places)s::smallint[]) AS listed (id, place)
  JOIN directory_client AS client ON client.id = listed.id
  WHERE client.deleted_at IS NULL AND NOT client.tags @> ARRAY[%(tag)s]::varchar[]
  ORDER BY client.phone COLLATE "C" FOR NO KEY UPDATE OF client
), new AS (
  SELECT id, tags[:place - 1] || %(tag)s::varchar || tags[place:] AS tags FROM chosen WHERE cardinality(tags) < %(most)s
), changed AS (
  UPDATE directory_client AS client SET tags = new.tags, tag = new.tags[1], updated_at = now()
  FROM new WHERE client.id = new.id RETURNING client.id
)
SELECT id, false FROM changed UNION ALL SELECT id, true FROM chosen WHERE cardinality(tags) >= %(most)s
