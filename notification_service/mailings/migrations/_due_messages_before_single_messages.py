"""Due messages as they were kept before single messages (docs/decisions/0028), for the migrations that did so."""

# ruff: noqa: E501

DUE_MESSAGES = r"""-- When each pending message is due, in a table of its own.
-- Guarantees: in the transaction that changes a message, a row for each that is pending and for no other, whoever
-- writes it. See docs/decisions/0025-due-messages-in-a-table.md.
-- A connection keeps its plan, and one that reads all of a small table would read all of a large one later: so the
-- rows are found by the primary key.

CREATE OR REPLACE FUNCTION mailings_keep_due() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO mailings_duemessage (message_id, mailing_id, at)
    SELECT id, mailing_id, next_attempt_at FROM after_rows WHERE next_attempt_at IS NOT NULL;
  ELSIF TG_OP = 'TRUNCATE' THEN
    DELETE FROM mailings_duemessage;  -- it may be among what is being truncated, and then is empty
  ELSE
    IF EXISTS (SELECT FROM before_rows WHERE next_attempt_at IS NOT NULL) THEN
      DELETE FROM mailings_duemessage WHERE message_id = ANY(ARRAY(
        SELECT id FROM before_rows WHERE next_attempt_at IS NOT NULL
      ));
    END IF;
    IF TG_OP = 'UPDATE' THEN
      INSERT INTO mailings_duemessage (message_id, mailing_id, at)
      SELECT id, mailing_id, next_attempt_at FROM after_rows WHERE next_attempt_at IS NOT NULL;
    END IF;
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER keep_due_inserted AFTER INSERT ON mailings_message
  REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION mailings_keep_due();
CREATE OR REPLACE TRIGGER keep_due_updated AFTER UPDATE ON mailings_message
  REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows
  FOR EACH STATEMENT EXECUTE FUNCTION mailings_keep_due();
CREATE OR REPLACE TRIGGER keep_due_deleted AFTER DELETE ON mailings_message
  REFERENCING OLD TABLE AS before_rows FOR EACH STATEMENT EXECUTE FUNCTION mailings_keep_due();
CREATE OR REPLACE TRIGGER keep_due_truncated AFTER TRUNCATE ON mailings_message
  FOR EACH STATEMENT EXECUTE FUNCTION mailings_keep_due();
"""
