-- Counts the statements that set the time zones of clients, whether that moves anybody or not, for whoever writes
-- messages to them meanwhile.
-- Guarantees: those of preference_changes.sql.

CREATE OR REPLACE FUNCTION directory_count_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE directory_clientmove SET statements = statements + 1
  WHERE id = (SELECT id FROM directory_clientmove ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED);
  IF NOT FOUND THEN
    INSERT INTO directory_clientmove (statements) VALUES (1);
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER count_moves AFTER UPDATE OF timezone ON directory_client
  FOR EACH STATEMENT EXECUTE FUNCTION directory_count_move();
