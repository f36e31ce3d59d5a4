"""When each pending message is due, in a table of its own that triggers keep."""

import django.db.models.deletion
from django.db import migrations, models

# Like a queue's: its rows live for as long as a message waits.
STORAGE = """
ALTER TABLE mailings_due SET (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0)
"""

# A connection keeps its plan, and one that reads all of a small table would read all of a large one later: so
# the rows are found by the primary key.
KEEP = """
CREATE FUNCTION mailings_keep_due() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO mailings_due (message_id, mailing_id, at)
    SELECT id, mailing_id, next_attempt_at FROM after_rows WHERE next_attempt_at IS NOT NULL;
  ELSIF TG_OP = 'TRUNCATE' THEN
    DELETE FROM mailings_due;  -- it may be among what is being truncated, and then is empty
  ELSE
    IF EXISTS (SELECT FROM before_rows WHERE next_attempt_at IS NOT NULL) THEN
      DELETE FROM mailings_due WHERE message_id = ANY(ARRAY(
        SELECT id FROM before_rows WHERE next_attempt_at IS NOT NULL
      ));
    END IF;
    IF TG_OP = 'UPDATE' THEN
      INSERT INTO mailings_due (message_id, mailing_id, at)
      SELECT id, mailing_id, next_attempt_at FROM after_rows WHERE next_attempt_at IS NOT NULL;
    END IF;
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER keep_due_inserted AFTER INSERT ON mailings_message
  REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION mailings_keep_due();
CREATE TRIGGER keep_due_updated AFTER UPDATE ON mailings_message
  REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows
  FOR EACH STATEMENT EXECUTE FUNCTION mailings_keep_due();
CREATE TRIGGER keep_due_deleted AFTER DELETE ON mailings_message
  REFERENCING OLD TABLE AS before_rows FOR EACH STATEMENT EXECUTE FUNCTION mailings_keep_due();
CREATE TRIGGER keep_due_truncated AFTER TRUNCATE ON mailings_message
  FOR EACH STATEMENT EXECUTE FUNCTION mailings_keep_due()
"""

FORGET = """
DROP TRIGGER keep_due_inserted ON mailings_message;
DROP TRIGGER keep_due_updated ON mailings_message;
DROP TRIGGER keep_due_deleted ON mailings_message;
DROP TRIGGER keep_due_truncated ON mailings_message;
DROP FUNCTION mailings_keep_due
"""


class Migration(migrations.Migration):
    dependencies = [("mailings", "0010_client_reach")]

    operations = [
        migrations.CreateModel(
            name="Due",
            fields=[
                (
                    "message",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="due",
                        serialize=False,
                        to="mailings.message",
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "mailing",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="mailings.mailing",
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["mailing", "at"], name="due_of_mailing")]},
        ),
        migrations.RunSQL(STORAGE, migrations.RunSQL.noop),
        migrations.RunSQL(KEEP, FORGET),
    ]
