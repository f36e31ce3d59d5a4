"""A record of our own of every status that messages, mailings and gateways had, which outlives them."""

import psycopg

# Written by the transaction that changes the row: the record's xmin tells when that was committed.
AUDIT = """
CREATE TABLE chaos_audit (
  seq bigint GENERATED ALWAYS AS IDENTITY, message_id bigint, mailing_id bigint, client_id bigint,
  status text, due_at timestamptz, delivery text
);
CREATE FUNCTION chaos_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO chaos_audit (message_id, mailing_id, client_id, status, due_at, delivery)
  SELECT id, mailing_id, client_id, status, next_attempt_at, delivery FROM after_rows;
  RETURN NULL;
END $$;
CREATE TRIGGER chaos_inserted AFTER INSERT ON mailings_message
  REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION chaos_audit();
CREATE TRIGGER chaos_updated AFTER UPDATE ON mailings_message
  REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION chaos_audit();

CREATE TABLE chaos_mailings (mailing_id bigint, former text, status text);
CREATE FUNCTION chaos_mailings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO chaos_mailings VALUES (NEW.id, OLD.status, NEW.status);
  RETURN NULL;
END $$;
CREATE TRIGGER chaos_updated AFTER UPDATE OF status ON mailings_mailing FOR EACH ROW
  WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION chaos_mailings();

CREATE TABLE chaos_gateways (is_held boolean);
CREATE FUNCTION chaos_gateways() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO chaos_gateways VALUES (NEW.held_at IS NOT NULL);
  RETURN NULL;
END $$;
CREATE TRIGGER chaos_updated AFTER UPDATE OF held_at ON mailings_gateway FOR EACH ROW
  WHEN ((OLD.held_at IS NULL) IS DISTINCT FROM (NEW.held_at IS NULL)) EXECUTE FUNCTION chaos_gateways()
"""

READ_AUDIT = """
SELECT message_id, mailing_id, client_id, status,
  extract(epoch FROM pg_xact_commit_timestamp(xmin))::float8 AS at,
  extract(epoch FROM due_at)::float8, delivery
FROM chaos_audit ORDER BY seq
"""


def remember_commit_times(database_url: str) -> None:
    """Takes effect with the server's next start."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET track_commit_timestamp = on")


def install_audit(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(AUDIT)
