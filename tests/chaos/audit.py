"""A record of our own of every status that every message had, which outlives the messages."""

import psycopg

# Written by the transaction that changes the message: each row's xmin tells when that was committed.
AUDIT = """
CREATE TABLE chaos_audit (
  seq bigint GENERATED ALWAYS AS IDENTITY, message_id bigint, mailing_id bigint, client_id bigint, status text
);
CREATE FUNCTION chaos_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO chaos_audit (message_id, mailing_id, client_id, status)
  SELECT id, mailing_id, client_id, status FROM after_rows;
  RETURN NULL;
END $$;
CREATE TRIGGER chaos_inserted AFTER INSERT ON mailings_message
  REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION chaos_audit();
CREATE TRIGGER chaos_updated AFTER UPDATE ON mailings_message
  REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION chaos_audit()
"""

READ_AUDIT = """
SELECT message_id, mailing_id, client_id, status,
  extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 AS at
FROM chaos_audit ORDER BY seq
"""


def remember_commit_times(database_url: str) -> None:
    """Takes effect with the server's next start."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET track_commit_timestamp = on")


def install_audit(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(AUDIT)
