"""What the check of migrations finds, and what it lets pass."""

from typing import Any

import pytest
from django.apps import apps
from django.conf import LazySettings
from django.contrib.postgres.functions import RandomUUID
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import IntegrityError, connection, migrations, models
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.models.functions import Now

from notification_service.indexes import AddIndexBesideWork
from tests.checks import migrations as check
from tests.factories import make_message

INDEX = models.Index(fields=["sent_at"], name="by_sent_at")
CONSTRAINT = models.CheckConstraint(condition=models.Q(attempts__gte=0), name="attempts_are_no_debt")
OPTIONAL = models.IntegerField(null=True)

BAD: dict[str, tuple[Any, str]] = {
    "an index": (migrations.AddIndex("message", INDEX), "require-concurrent-index-creation"),
    "an index, in SQL": (
        migrations.RunSQL("CREATE INDEX by_sent_at\nON mailings_message (sent_at)"),
        "require-concurrent-index-creation",
    ),
    "an index concurrently, in a transaction": (
        migrations.RunSQL("CREATE INDEX CONCURRENTLY by_sent_at ON mailings_message (sent_at)"),
        "ban-concurrent-index-creation-in-transaction",
    ),
    "the end of an index": (
        migrations.RemoveIndex("message", "message_undelivered"),
        "require-concurrent-index-deletion",
    ),
    "a volatile default": (
        migrations.AddField("message", "token", models.UUIDField(db_default=RandomUUID())),
        "adding-field-with-default",
    ),
    "a default that only this version knows": (
        migrations.AddField("message", "weight", models.IntegerField(default=0)),
        "ban-drop-default",
    ),
    "a column that becomes required": (
        migrations.AlterField("message", "sent_at", models.DateTimeField()),
        "adding-not-nullable-field",
    ),
    "another type": (
        migrations.AlterField("message", "attempts", models.BigIntegerField(default=0)),
        "changing-column-type",
    ),
    "a constraint": (migrations.AddConstraint("message", CONSTRAINT), "constraint-missing-not-valid"),
    "a foreign key": (
        migrations.AddField("message", "by", models.ForeignKey("access.ApiKey", models.CASCADE, null=True)),
        "adding-foreign-key-constraint",
    ),
    "a column less": (migrations.RemoveField("mailing", "failover"), "ban-drop-column"),
    "another name": (migrations.RenameField("gateway", "url", "address"), "renaming-column"),
    "a table less": (migrations.DeleteModel("Worker"), "ban-drop-table"),
    "what is no SQL": (migrations.RunSQL("ALTER TABLE mailings_message ADD"), "syntax-error"),
}
GOOD: dict[str, Any] = {
    "a column without a value": migrations.AddField("message", "weight", OPTIONAL),
    "a default of the database's": migrations.AddField(
        "message", "at", models.DateTimeField(db_default=Now())
    ),
    "a new table with an index": migrations.CreateModel(
        "Note", [("id", models.BigAutoField(primary_key=True)), ("at", models.DateTimeField(db_index=True))]
    ),
    "an index of a small table": migrations.AddIndex(
        "gateway", models.Index(fields=["priority"], name="by_priority")
    ),
    "a constraint that is not valid yet": migrations.RunSQL(
        "ALTER TABLE mailings_message ADD CONSTRAINT some CHECK (attempts >= 0) NOT VALID"
    ),
}


def findings(operations: list[Any], *, atomic: bool = True) -> list[check.Finding]:
    class MadeUp(Migration):
        pass

    MadeUp.operations, MadeUp.atomic = operations, atomic
    return check.findings(MadeUp("9999_made_up", "mailings"), MigrationLoader(None).project_state())


def rules_of(operation: Any, *, atomic: bool = True) -> set[str]:
    return {finding.rule for finding in findings([operation], atomic=atomic)}


@pytest.mark.parametrize(("operation", "rule"), BAD.values(), ids=BAD.keys())
def test_the_check_finds_an_unsafe_operation(operation: Any, rule: str) -> None:
    assert rule in rules_of(operation)


@pytest.mark.parametrize("operation", GOOD.values(), ids=GOOD.keys())
def test_the_check_passes_a_safe_operation(operation: Any) -> None:
    assert rules_of(operation) == set()


def test_the_check_passes_an_index_made_beside_the_work() -> None:
    assert rules_of(AddIndexBesideWork("message", INDEX), atomic=False) == set()
    assert rules_of(RemoveIndexConcurrently("message", "message_undelivered"), atomic=False) == set()


def test_the_check_finds_what_cannot_be_repeated_once_it_was_broken_off() -> None:
    assert rules_of(AddIndexConcurrently("message", INDEX), atomic=False) == {"not-repeatable"}
    assert rules_of(migrations.RunPython(migrations.RunPython.noop), atomic=False) == {"not-repeatable"}


@pytest.mark.django_db(transaction=True)
def test_an_index_whose_build_was_broken_off_is_built_when_it_is_repeated() -> None:
    make_message(attempts=1)
    make_message(attempts=1)
    with connection.cursor() as cursor, pytest.raises(IntegrityError):
        cursor.execute("CREATE UNIQUE INDEX CONCURRENTLY by_sent_at_p0 ON mailings_message_p0 (attempts)")
    assert valid_indexes("by_sent_at_p0") == [(False,)]
    state = MigrationLoader(None).project_state()
    to_state = state.clone()
    operation = AddIndexBesideWork("message", INDEX)
    operation.state_forwards("mailings", to_state)
    try:
        for _ in range(2):  # the second time as if it had been broken off before it was written down
            with connection.schema_editor(atomic=False) as editor:
                operation.database_forwards("mailings", editor, state, to_state)
            assert valid_indexes("by_sent_at") == valid_indexes("by_sent_at_p0") == [(True,)]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP INDEX by_sent_at")


def valid_indexes(name: str) -> list[tuple[bool, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [name])
        rows: list[tuple[bool, ...]] = cursor.fetchall()
    return rows


def test_a_finding_shows_the_migration_and_the_statement() -> None:
    (found,) = findings([GOOD["a column without a value"], BAD["an index, in SQL"][0]])
    assert (found.migration, found.statement) == (
        "mailings.9999_made_up",
        "CREATE INDEX by_sent_at\nON mailings_message (sent_at);",
    )


def test_an_accepted_finding_is_accepted_in_its_migration_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = "require-concurrent-index-creation"
    monkeypatch.setitem(check.ACCEPTED, ("mailings.0008_other", rule), "reason")
    assert rules_of(BAD["an index"][0]) == {rule}
    monkeypatch.setitem(check.ACCEPTED, ("mailings.9999_made_up", rule), "reason")
    assert rules_of(BAD["an index"][0]) == set()


def test_the_migrations_and_small_tables_that_the_check_names_exist() -> None:
    tables = {model._meta.db_table for model in apps.get_models()} | {"access_rate_limit"}
    assert tables >= check.SMALL_TABLES
    on_disk = {(app, name[:4]) for app, name in MigrationLoader(None).disk_migrations}
    assert on_disk >= set(check.BEFORE_THE_FIRST_RELEASE.items())


def test_an_unlisted_app_is_checked_from_its_first_migration() -> None:
    looked_at = {
        (migration.app_label, migration.name[:4])
        for migration, _state in check.since_the_first_release(MigrationLoader(None))
    }
    assert ("audit", "0001") in looked_at
    assert ("mailings", "0001") not in looked_at


def test_the_check_fails_for_an_unsafe_migration_of_the_project(
    settings: LazySettings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.MIGRATION_MODULES = {"standalone": "tests.checks.bad_migrations"}
    assert check.main() == 1
    assert "standalone.0001_bad: require-concurrent-index-creation" in capsys.readouterr().out
