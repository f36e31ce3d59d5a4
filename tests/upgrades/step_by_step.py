"""`python -m tests.upgrades.step_by_step` migrates an empty database, and uses messages after each migration.

Prints as JSON what the database then does by itself.
"""

import json

import django
from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor

from tests.mailings.database_objects import schema

# One is sent, one fails, one is tried again and then deleted.
MESSAGES = """
INSERT INTO mailings_message (mailing_id, status, attempts, created_at, next_attempt_at, error)
SELECT 1000000, 'pending', 0, now(), now(), '' FROM generate_series(1, 3);
UPDATE mailings_message SET status = 'sent', next_attempt_at = NULL, sent_at = now()
WHERE id = (SELECT min(id) FROM mailings_message WHERE status = 'pending');
UPDATE mailings_message SET status = 'failed', next_attempt_at = NULL, error = 'other'
WHERE id = (SELECT min(id) FROM mailings_message WHERE status = 'pending');
UPDATE mailings_message SET next_attempt_at = now() + interval '1 minute' WHERE status = 'pending';
DELETE FROM mailings_message WHERE status = 'pending';
"""
DELETED_MAILING = """
INSERT INTO mailings_mailing
  (text, start_at, end_at, operator_codes, tags, on_unknown, status, created_at, updated_at, deleted_at,
   partition)
VALUES ('Hello', now(), now() + interval '1 day', '{}', '{}', 'give_up', 'cancelled', now(), now(), now(), 1)
RETURNING id
"""
IN_ITS_PARTITION = """
INSERT INTO mailings_message
  (mailing_id, partition, status, attempts, created_at, next_attempt_at, error)
VALUES (%s, 1, 'cancelled', 0, now(), NULL, '')
"""


def use_messages(action: str, migration: Migration | None = None, _fake: bool | None = None, /) -> None:
    if action != "apply_success" or migration is None or migration.app_label != "mailings":
        return
    with connection.cursor() as cursor:
        cursor.execute(MESSAGES)
        if migration.name >= "0010":
            cursor.execute(DELETED_MAILING)
            (mailing_id,) = cursor.fetchone()
            cursor.execute(IN_ITS_PARTITION, [mailing_id])
            cursor.execute("SELECT mailings_empty_partition(%s)", [mailing_id])
            assert cursor.fetchone() == (True,)
            cursor.execute("DELETE FROM mailings_mailing")


def main() -> None:
    django.setup()
    executor = MigrationExecutor(connection, progress_callback=use_messages)
    executor.migrate(executor.loader.graph.leaf_nodes())
    print(json.dumps(schema()))


if __name__ == "__main__":
    main()
