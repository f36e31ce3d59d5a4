"""What the database does by itself is what `sql/schema/` says, and every statement is run by somebody."""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from notification_service import directory, mailings, webhooks
from notification_service.directory.sql import sql as directory_sql
from notification_service.directory.statements import Statements
from notification_service.mailings.sql import sql as mailings_sql
from notification_service.webhooks.sql import sql as webhooks_sql
from tests.mailings.database_objects import schema

FORGET = """
DO $$
DECLARE each record;
BEGIN
  FOR each IN SELECT oid::regprocedure AS name FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace AND proname ~ '^(directory|mailings|webhooks)_'
  LOOP EXECUTE 'DROP FUNCTION ' || each.name || ' CASCADE'; END LOOP;
  FOR each IN SELECT oid::regclass AS name FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND reloptions IS NOT NULL
      AND starts_with(relname, 'mailings_')
  LOOP
    EXECUTE 'ALTER TABLE ' || each.name
      || ' RESET (fillfactor, autovacuum_vacuum_scale_factor, autovacuum_vacuum_cost_delay)';
  END LOOP;
END $$;
DROP TYPE mailings_status_change;
DROP STATISTICS client_second_tag;
ALTER TABLE directory_client DROP CONSTRAINT client_timezone_is_known
"""
DIRECTORY_SCHEMA = ("tags", "zone_check", "preference_changes", "zone_counts", "client_moves")
SCHEMA = ("status_change", "counters", "due_messages", "incidents", "storage", "partitions")
APPS = {"directory": directory, "mailings": mailings, "webhooks": webhooks}
ROOTS = {name: Path(app.__path__[0]) for name, app in APPS.items()}


def run(*scripts: str) -> None:
    with connection.cursor() as cursor:
        for script in scripts:
            cursor.execute(script)


def statements() -> Iterator[tuple[str, str]]:
    """Those that are run, by the app and the name."""
    for app, root in ROOTS.items():
        for path in sorted(root.glob("sql/**/*.sql")):
            name = path.relative_to(root / "sql").with_suffix("").as_posix()
            if not name.startswith("schema/"):
                yield app, name


@pytest.mark.django_db
def test_the_database_has_exactly_the_functions_and_triggers_of_the_files() -> None:
    before = schema()
    assert all(before.values())
    run(
        FORGET,
        *(directory_sql.text(f"schema/{name}") for name in DIRECTORY_SCHEMA),
        *(mailings_sql.text(f"schema/{name}") for name in SCHEMA),
        webhooks_sql.text("schema/events"),
    )
    assert schema() == before


def test_every_file_of_the_schema_is_applied() -> None:
    assert {path.stem for path in ROOTS["mailings"].glob("sql/schema/*.sql")} == set(SCHEMA)
    assert {path.stem for path in ROOTS["directory"].glob("sql/schema/*.sql")} == set(DIRECTORY_SCHEMA)
    assert [path.stem for path in ROOTS["webhooks"].glob("sql/schema/*.sql")] == ["events"]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["counters", "due_messages", "incidents", "storage", "partitions"])
def test_a_later_migration_can_run_a_schema_file_again(name: str) -> None:
    before = schema()
    run(mailings_sql.text(f"schema/{name}"))
    assert schema() == before


@pytest.mark.parametrize(("app", "name"), list(statements()))
def test_every_sql_statement_is_used_and_begins_with_a_comment(app: str, name: str) -> None:
    source = "".join(path.read_text() for path in ROOTS[app].glob("**/*.py"))
    assert f'"{name}"' in source
    assert (ROOTS[app] / "sql" / f"{name}.sql").read_text().startswith("-- ")


def test_a_migration_notices_that_its_file_has_changed(tmp_path: Path) -> None:
    (tmp_path / "some.sql").write_text("SELECT 2")
    with pytest.raises(ValueError, match=r"some.sql is \w+ and no longer 0123456789abcdef"):
        Statements(tmp_path).frozen("some", digest="0123456789abcdef")


@pytest.mark.parametrize("app", list(APPS))
def test_a_migration_has_a_copy_of_a_text_that_a_later_one_replaced(app: str) -> None:
    readers = defaultdict(list)
    for path in sorted(ROOTS[app].glob("migrations/0*.py")):
        for name in re.findall(r'frozen\(\s*"(.+?)"', path.read_text()):
            readers[name].append(path.stem)
    assert readers
    assert [names for names in readers.values() if len(names) > 1] == []
