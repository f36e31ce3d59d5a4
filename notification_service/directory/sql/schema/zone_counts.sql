-- Counts the clients of each time zone who are not deleted, so that nobody has to read a million rows to know it.
-- Guarantees: in the transaction of the change, so that whoever sees a client sees it counted; and no transaction waits
-- for another one: of each zone, it takes a row that nobody is writing, or makes one. The count is the sum of the rows.

CREATE OR REPLACE FUNCTION directory_count_zones() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  zones text[];
  changes bigint[];
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    DELETE FROM directory_zonecount;
    RETURN NULL;
  ELSIF TG_OP = 'INSERT' THEN
    SELECT array_agg(timezone), array_agg(clients) INTO zones, changes FROM (
      SELECT timezone, count(*) AS clients FROM new_clients WHERE deleted_at IS NULL GROUP BY timezone
    ) AS added;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT array_agg(timezone), array_agg(clients) INTO zones, changes FROM (
      SELECT timezone, -count(*) AS clients FROM old_clients WHERE deleted_at IS NULL GROUP BY timezone
    ) AS removed;
  ELSE
    SELECT array_agg(timezone), array_agg(clients) INTO zones, changes FROM (
      SELECT timezone, sum(clients) AS clients FROM (
        SELECT timezone, 1 AS clients FROM new_clients WHERE deleted_at IS NULL
        UNION ALL SELECT timezone, -1 FROM old_clients WHERE deleted_at IS NULL
      ) AS both_ways GROUP BY timezone HAVING sum(clients) <> 0
    ) AS moved;
  END IF;
  IF zones IS NOT NULL THEN
    WITH found AS MATERIALIZED (
      SELECT changed.timezone, changed.clients, (
        SELECT id FROM directory_zonecount AS count WHERE count.timezone = changed.timezone
        ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
      ) AS id
      FROM unnest(zones, changes) AS changed (timezone, clients)
    ), added AS (
      UPDATE directory_zonecount AS count SET clients = count.clients + found.clients
      FROM found WHERE count.id = found.id
    )
    INSERT INTO directory_zonecount (timezone, clients)
    SELECT timezone, clients FROM found WHERE id IS NULL;
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER count_zones_of_new AFTER INSERT ON directory_client
  REFERENCING NEW TABLE AS new_clients FOR EACH STATEMENT EXECUTE FUNCTION directory_count_zones();
CREATE OR REPLACE TRIGGER count_zones_of_changed AFTER UPDATE ON directory_client
  REFERENCING OLD TABLE AS old_clients NEW TABLE AS new_clients
  FOR EACH STATEMENT EXECUTE FUNCTION directory_count_zones();
CREATE OR REPLACE TRIGGER count_zones_of_removed AFTER DELETE ON directory_client
  REFERENCING OLD TABLE AS old_clients FOR EACH STATEMENT EXECUTE FUNCTION directory_count_zones();
CREATE OR REPLACE TRIGGER count_no_zones AFTER TRUNCATE ON directory_client
  FOR EACH STATEMENT EXECUTE FUNCTION directory_count_zones();
