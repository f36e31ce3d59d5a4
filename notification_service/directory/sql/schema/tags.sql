-- A client's `tag` is the first of its `tags`, or empty.
-- Whoever writes one of them alone writes both: workers of the version before know only `tag`.
CREATE OR REPLACE FUNCTION directory_set_first_tag() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.tags = (CASE TG_OP WHEN 'INSERT' THEN '{}' ELSE OLD.tags END) THEN
    NEW.tags := CASE NEW.tag WHEN '' THEN '{}' ELSE ARRAY[NEW.tag] END;
  ELSE
    NEW.tag := coalesce(NEW.tags[1], '');
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER client_first_tag BEFORE INSERT OR UPDATE OF tag, tags ON directory_client
FOR EACH ROW WHEN (NEW.tag IS DISTINCT FROM coalesce(NEW.tags[1], ''))
EXECUTE FUNCTION directory_set_first_tag();

-- How many clients have several tags: without it, PostgreSQL takes all of them for such, and reads the whole table.
CREATE STATISTICS IF NOT EXISTS client_second_tag ON (tags[2]) FROM directory_client;
