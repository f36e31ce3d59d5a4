-- Change the clients whose staged row has something new; return each with whether it moved to another time zone.
-- With `adds_tags`, a row's tags come after those that the client has. A row that would give a client more than
-- `most_tags` changes nothing: it is returned with the phone.
-- Guarantees: a NULL in the row keeps the client's value as of the lock, not of the snapshot, and tags are added to those
-- as of the lock. If there are names in `merged`, all other attributes of the client are kept too. Clients are locked in
-- the order of phones, after waiting for new ones of other imports.
-- Index: directory_client (phone).
WITH changed AS MATERIALIZED (
  SELECT client.id, client.timezone <> line.timezone AS moved, line.phone, line.operator_code, line.timezone,
    line.attributes, CASE WHEN NOT %(adds_tags)s THEN line.tags ELSE client.tags || ARRAY(
      SELECT tag FROM unnest(line.tags) WITH ORDINALITY AS new (tag, place) WHERE tag <> ALL (client.tags) ORDER BY place
    ) END AS tags
  FROM pg_temp.client_import AS line JOIN directory_client AS client ON client.phone = line.phone
  WHERE client.timezone <> line.timezone OR client.operator_code <> line.operator_code
    OR CASE WHEN %(adds_tags)s THEN NOT line.tags <@ client.tags ELSE client.tags <> line.tags END
    OR client.attributes <> CASE %(merged)s::text[] WHEN '{}' THEN line.attributes
      ELSE (client.attributes - %(merged)s::text[]) || line.attributes END
  ORDER BY client.phone COLLATE "C" FOR NO KEY UPDATE OF client
), updated AS (
  UPDATE directory_client AS client SET
    operator_code = coalesce(changed.operator_code, client.operator_code),
    tag = CASE WHEN changed.tags IS NULL THEN client.tag ELSE coalesce(changed.tags[1], '') END,
    tags = coalesce(changed.tags, client.tags),
    timezone = changed.timezone,
    attributes = coalesce(CASE %(merged)s::text[] WHEN '{}' THEN changed.attributes
      ELSE (client.attributes - %(merged)s::text[]) || changed.attributes END, client.attributes),
    updated_at = now()
  FROM changed WHERE client.id = changed.id AND coalesce(cardinality(changed.tags), 0) <= %(most_tags)s
  RETURNING client.id, changed.moved
)
SELECT id, moved, '' FROM updated
UNION ALL
SELECT id, moved, phone FROM changed WHERE cardinality(tags) > %(most_tags)s
