-- A client's time zone is one that PostgreSQL knows.
-- timezone() raises for a name that it does not, which refuses the row as well.
ALTER TABLE directory_client DROP CONSTRAINT IF EXISTS client_timezone_is_known;
ALTER TABLE directory_client ADD CONSTRAINT client_timezone_is_known
  CHECK (timezone(timezone, TIMESTAMPTZ '2000-01-01 00:00:00+00') IS NOT NULL);
