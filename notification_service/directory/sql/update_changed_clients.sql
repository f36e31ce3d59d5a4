-- Change the clients whose staged row says something new; say who moved to another time zone.
-- Guarantees: a row's NULL keeps what the client has, at the time of the lock, not of the snapshot; clients are
-- locked in the order of phones, after new ones of other imports were waited for.
-- Index: directory_client (phone).
WITH changed AS MATERIALIZED (
  SELECT client.id, client.timezone <> line.timezone AS moved,
    line.operator_code, line.tag, line.timezone, line.attributes
  FROM pg_temp.client_import AS line JOIN directory_client AS client ON client.phone = line.phone
  WHERE client.timezone <> line.timezone OR client.operator_code <> line.operator_code
    OR client.tag <> line.tag OR client.attributes <> line.attributes
  ORDER BY client.phone COLLATE "C" FOR NO KEY UPDATE OF client
)
UPDATE directory_client AS client SET
  operator_code = coalesce(changed.operator_code, client.operator_code),
  tag = coalesce(changed.tag, client.tag),
  timezone = changed.timezone,
  attributes = coalesce(changed.attributes, client.attributes),
  updated_at = now()
FROM changed WHERE client.id = changed.id
RETURNING client.id, changed.moved
