"""A new field of a client fails here until each place below knows it. CONTRIBUTING.md has the recipe."""

import re
from pathlib import Path
from typing import Any

import pytest

from notification_service import console
from notification_service.api.serializers.client import ClientSerializer
from notification_service.api.serializers.personal_data import KnownClientSerializer
from notification_service.console.audit.labels import FIELD as AUDIT_LABELS
from notification_service.console.clients.exports import HEADER
from notification_service.console.clients.forms import ClientForm
from notification_service.console.imports.labels import FIELD as IMPORT_LABELS
from notification_service.directory.changes import erase_client
from notification_service.directory.importing.columns import KNOWN_AS
from notification_service.directory.importing.rows import COLUMNS
from notification_service.directory.models import Client
from notification_service.mailings.personal_data import FIELDS
from tests.directory.importing.files import import_csv
from tests.factories import make_client

PAGE = Path(console.__file__).parent / "clients/templates/console/clients/detail.html"
TAGS = PAGE.with_name("tags.html")
PHONE = "79161234567"
OF_TAGS = {"tag", "tags"}  # the first of the tags, and all of them
OF_THE_SERVICE = {"id", "created_at", "updated_at", "deleted_at"}
OF_PROGRAMS = {"external_id"}  # the API alone writes it; files and the form leave it as it is
# Of each field two values, as a cell of a CSV has them, and as the database has them.
CELLS: dict[str, tuple[str, str]] = {
    "operator_code": ("999", "998"),
    "tag": ("vip", "regular"),
    "tags": ("vip|kazan", "regular"),
    "timezone": ("Asia/Omsk", "Asia/Tokyo"),
    "attributes": ('"{""age"": 30}"', '"{""age"": 31}"'),
}
VALUES: dict[str, tuple[Any, Any]] = CELLS | {
    "tags": (["vip", "kazan"], ["regular"]),
    "attributes": ({"age": 30}, {"age": 31}),
}


def fields() -> set[str]:
    return {field.name for field in Client._meta.concrete_fields} - OF_THE_SERVICE


def imported(**which: int) -> dict[str, Any]:
    """The client after a file that gives each of these fields its first or second value."""
    which = {"timezone": 0} | which
    cells = [CELLS[name][number] for name, number in which.items()]
    import_csv(f"phone,{','.join(which)}\n{PHONE},{','.join(cells)}\n")
    return dict(Client.objects.values(*VALUES).get(phone=PHONE))


def value(number: int) -> dict[str, Any]:
    return {name: values[number] for name, values in VALUES.items()}


def test_the_api_shows_every_field_of_a_client() -> None:
    shown = set(ClientSerializer().fields) - OF_THE_SERVICE
    assert shown == fields(), "api/serializers/client.py"


def test_a_file_may_have_every_field_of_a_client() -> None:
    assert set(COLUMNS) == fields() - OF_PROGRAMS, "ClientRow in directory/importing/rows.py"
    assert set(CELLS) == fields() - OF_PROGRAMS - {"phone"}, "two values of the field in CELLS above"


@pytest.mark.django_db
def test_an_import_creates_and_changes_every_field_of_a_client() -> None:
    for number, statement in enumerate(("insert_new_clients", "update_changed_clients")):
        every = dict.fromkeys(CELLS, number)
        assert imported(**every) == value(number), f"directory/sql/{statement}.sql"


@pytest.mark.django_db
@pytest.mark.parametrize("name", CELLS)
def test_an_import_of_one_field_of_a_client_changes_that_field_alone(name: str) -> None:
    imported(**dict.fromkeys(CELLS, 0))
    changed = value(0) | {name: VALUES[name][1]}
    if name in OF_TAGS:
        changed |= {"tag": "regular", "tags": ["regular"]}  # each writes both
    assert imported(**{name: 1}) == changed, "directory/sql/update_changed_clients.sql"


def test_an_upload_recognises_every_field_of_a_client_and_calls_it_by_a_name() -> None:
    assert set(KNOWN_AS) == fields() - OF_PROGRAMS, "directory/importing/columns.py"
    assert set(IMPORT_LABELS) == fields() - OF_PROGRAMS, "console/imports/labels.py"


def test_an_exported_client_has_every_field() -> None:
    assert set(HEADER) - OF_THE_SERVICE == fields() - OF_PROGRAMS, "console/clients/exports.py"


def test_the_form_of_a_client_has_every_field() -> None:
    assert set(ClientForm.base_fields) | {"attributes", "tag"} == fields() - OF_PROGRAMS, (
        "console/clients/forms.py"
    )


def test_the_page_of_a_client_shows_every_field() -> None:
    shown = set(re.findall(r"client\.(\w+)", (PAGE.read_text() + TAGS.read_text())))
    assert fields() - {"tag"} - shown == set(), PAGE.name


def test_the_audit_log_has_a_word_for_every_field_of_a_client() -> None:
    assert fields() - set(AUDIT_LABELS) == set(), "console/audit/labels.py"


def test_what_is_known_of_a_person_has_every_field_of_a_client() -> None:
    known = fields() - {"tag"}
    assert set(FIELDS) - OF_THE_SERVICE == known, "mailings/personal_data.py"
    assert set(KnownClientSerializer().fields) - OF_THE_SERVICE == known, "api/serializers/personal_data.py"


@pytest.mark.django_db
def test_an_erased_client_keeps_no_field() -> None:
    client = make_client(phone=PHONE, external_id="a", **{name: values[0] for name, values in VALUES.items()})
    erase_client(client.pk)
    kept = {name: kept for name, kept in Client.objects.values(*fields()).get().items() if kept}
    assert kept == {"timezone": "UTC"}, "erase_client in directory/changes.py"
