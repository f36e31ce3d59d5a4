"""Migrations keep what the release before them relies on: its workers go on beside the new ones."""

import pytest
from django.db import connection

from tests.upgrades.schema import broken_promises, present_schema, released_schema

pytestmark = pytest.mark.django_db

REFRESH = (
    "python manage.py shell -c 'from tests.upgrades.schema import keep_schema; keep_schema()'"
    " on a database of the release"
)


def test_the_schema_keeps_what_the_last_release_relies_on() -> None:
    broken = broken_promises(released_schema(), present_schema())
    assert broken == [], f"do it a release later (docs/operations.md, Upgrade); when one is cut: {REFRESH}"


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ("ALTER TABLE mailings_message DROP COLUMN error CASCADE", ["mailings_message.error is gone"]),
        (
            "ALTER TABLE mailings_batch RENAME COLUMN claimed_by TO worker",
            ["mailings_batch.claimed_by is gone", "mailings_batch.worker must be given"],
        ),
        (
            "ALTER TABLE mailings_attempt ADD COLUMN cost int NOT NULL",
            ["mailings_attempt.cost must be given"],
        ),
        (
            "ALTER TABLE mailings_attempt ALTER COLUMN http_status TYPE text",
            ["mailings_attempt.http_status was smallint and is text"],
        ),
        (
            "ALTER TABLE mailings_attempt ALTER COLUMN http_status SET NOT NULL",
            ["mailings_attempt.http_status must not be null"],
        ),
        ("ALTER TABLE mailings_attempt ADD COLUMN cost int NOT NULL DEFAULT 0", []),
        ("ALTER TABLE mailings_attempt ADD COLUMN cost int", []),
        ("CREATE TABLE mailings_invoice (id int NOT NULL)", []),
    ],
)
def test_the_check_finds_changes_that_break_older_workers(change: str, broken: list[str]) -> None:
    before = present_schema()
    with connection.cursor() as cursor:
        cursor.execute(change)
    assert broken_promises(before, present_schema()) == broken
