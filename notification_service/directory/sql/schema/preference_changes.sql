-- Counts the statements that change opt-outs or consents, or whose phone a client has, for whoever has looked: while
-- the sum stays the same, there is nothing new to know.
-- Guarantees: in the transaction of the change, whoever makes it, so that whoever sees the change sees another sum;
-- and no transaction waits for another one: each takes a row that nobody is writing, or makes one.

CREATE OR REPLACE FUNCTION directory_count_preference_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE directory_preferencechange SET changes = changes + 1
  WHERE id = (SELECT id FROM directory_preferencechange ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED);
  IF NOT FOUND THEN
    INSERT INTO directory_preferencechange (changes) VALUES (1);
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER count_opt_outs AFTER INSERT OR UPDATE OR DELETE ON directory_optout
  FOR EACH STATEMENT EXECUTE FUNCTION directory_count_preference_change();
CREATE OR REPLACE TRIGGER count_consents AFTER INSERT OR UPDATE OR DELETE ON directory_consent
  FOR EACH STATEMENT EXECUTE FUNCTION directory_count_preference_change();
CREATE OR REPLACE TRIGGER count_phones AFTER UPDATE OF phone ON directory_client
  FOR EACH ROW WHEN (OLD.phone <> NEW.phone) EXECUTE FUNCTION directory_count_preference_change();
