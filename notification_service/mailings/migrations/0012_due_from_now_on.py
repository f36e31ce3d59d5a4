"""What was pending before the triggers is due as well; and the messages need no index for it any more."""

from typing import Any

from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations

CHUNK_IDS = 50_000

# A message that is claimed meanwhile waits for this, or this for it, and is not among those that wait.
FILL = """
WITH waiting AS MATERIALIZED (
  SELECT id, mailing_id, next_attempt_at FROM mailings_message
  WHERE id >= %(first)s AND id < %(end)s AND next_attempt_at IS NOT NULL FOR SHARE
)
INSERT INTO mailings_due (message_id, mailing_id, at)
SELECT id, mailing_id, next_attempt_at FROM waiting ON CONFLICT DO NOTHING
"""


def fill(_apps: Any, schema_editor: Any) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(min(id), 0), coalesce(max(id), 0) FROM mailings_message")
        [first, last] = cursor.fetchone()
        for start in range(first, last + 1, CHUNK_IDS):
            cursor.execute(FILL, {"first": start, "end": start + CHUNK_IDS})


class Migration(migrations.Migration):
    """In chunks and concurrently: messages are sent meanwhile."""

    atomic = False

    dependencies = [("mailings", "0011_due")]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        RemoveIndexConcurrently("message", "message_due"),
    ]
