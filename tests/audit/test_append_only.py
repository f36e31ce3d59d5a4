"""PostgreSQL keeps what is written, whoever asks; and the application's role cannot even try."""

from importlib import import_module

import pytest
from django.db import ProgrammingError, connection, transaction

from notification_service.audit.actions import Action
from notification_service.audit.log import record
from notification_service.audit.models import Entry
from notification_service.mailings import lifecycle
from tests.deploy.files import ROOT
from tests.factories import make_running_mailing

pytestmark = pytest.mark.django_db
COPY = "INSERT INTO audit_entry SELECT * FROM audit_entry"
MIGRATION = import_module("notification_service.audit.migrations.0002_append_only").Migration


def refused(statement: str) -> str:
    with pytest.raises(ProgrammingError) as refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    return str(refusal.value).partition("\n")[0]


@pytest.fixture
def entry() -> Entry:
    record(Action.CLIENT_CREATED, object_id=1)
    return Entry.objects.latest("pk")


@pytest.fixture
def migrated() -> None:
    """As the migration leaves it: the tests, which empty every table, have switched one trigger off."""
    (triggers,) = MIGRATION.operations
    with connection.cursor() as cursor:
        cursor.execute(triggers.reverse_sql)
        cursor.execute(triggers.sql)


@pytest.mark.parametrize(
    ("operation", "statement"),
    [
        ("UPDATE", "UPDATE audit_entry SET actor_name = 'another'"),
        ("UPDATE", "UPDATE audit_entry SET actor_name = 'another' WHERE false"),
        (
            "UPDATE",
            "INSERT INTO audit_entry SELECT * FROM audit_entry ON CONFLICT (id) DO UPDATE SET at = now()",
        ),
        ("DELETE", "DELETE FROM audit_entry"),
        ("TRUNCATE", "TRUNCATE audit_entry"),
        ("TRUNCATE", "TRUNCATE audit_entry CASCADE"),
        ("DELETE", "SET LOCAL session_replication_role = replica; DELETE FROM audit_entry"),
    ],
)
def test_the_owner_of_the_database_cannot_change_or_delete_an_entry(
    entry: Entry, migrated: None, operation: str, statement: str
) -> None:
    assert refused(statement) == f"the audit log is append-only: {operation} is refused"
    assert Entry.objects.get(pk=entry.pk).actor_name == entry.actor_name


@pytest.fixture
def application_role(entry: Entry) -> None:
    """As deploy/postgresql/roles.sql makes it. All of it goes with the test's transaction."""
    with connection.cursor() as cursor:
        cursor.execute((ROOT / "deploy/postgresql/roles.sql").read_text())
        cursor.execute("SET LOCAL ROLE notification_app")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET action = ''",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "DROP TABLE audit_entry",
        "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
        "DROP TRIGGER audit_entry_stays ON audit_entry",
        "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE sql AS 'SELECT NULL'",
        "SET LOCAL session_replication_role = replica",
        "CREATE TABLE public.another (id int)",
    ],
)
def test_the_applications_role_cannot_change_the_log(application_role: None, statement: str) -> None:
    assert any(word in refused(statement) for word in ("permission denied", "must be owner"))


def test_the_applications_role_can_append_to_and_read_the_log(application_role: None) -> None:
    mailing = make_running_mailing()
    lifecycle.pause_mailing(mailing.pk)
    lifecycle.delete_mailing(mailing.pk)
    actions = Entry.objects.about(f"mailing:{mailing.pk}").order_by("pk").values_list("action", flat=True)
    assert list(actions) == [Action.MAILING_PAUSED, Action.MAILING_DELETED]
