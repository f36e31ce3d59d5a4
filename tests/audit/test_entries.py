"""What an entry says, and that it stays or goes with the change it tells of."""

import os
import subprocess
import sys
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import call_command

from notification_service.audit.log import MOST_CHARACTERS, MOST_VALUES, plain
from notification_service.audit.models import Entry
from notification_service.audit.origin import acting, of_command
from notification_service.mailings import client_changes, gateways, lifecycle, retention
from notification_service.mailings.models import Gateway
from tests.api.conftest import Api
from tests.audit.entries import entries_of
from tests.deploy.files import ROOT
from tests.factories import make_gateway, make_mailing, make_running_mailing, now
from tests.journeys.conftest import database_conninfo
from tests.reasons import held_for, http_status

pytestmark = pytest.mark.django_db
PHONE = "79161234567"


def test_an_entry_names_the_api_key_the_address_and_the_request(api: Api) -> None:
    mailing = make_running_mailing()
    with entries_of() as entries:
        api.post(f"/api/mailings/{mailing.pk}/pause/", **{"X-Request-ID": "one-42"})
    (entry,) = entries
    assert (entry.action, entry.object_id) == ("mailing.paused", mailing.pk)
    assert (entry.actor_kind, entry.actor_name) == ("key", "writer")
    assert (entry.address, entry.source, entry.request_id) == ("127.0.0.1", "api", "one-42")
    assert entry.changes == {"status": ["running", "paused"]}


def test_a_refused_or_empty_change_leaves_no_entry(api: Api) -> None:
    mailing = make_mailing()
    with entries_of() as entries:
        assert api.post(f"/api/mailings/{mailing.pk}/resume/").status_code == 409
        assert api.patch(f"/api/mailings/{mailing.pk}/", {"text": mailing.text}).status_code == 200
        assert (
            api.patch(f"/api/mailings/{mailing.pk}/", {"end_at": "2001-01-01T00:00:00Z"}).status_code == 400
        )
    assert entries == []


def test_a_repeated_request_leaves_one_entry(api: Api) -> None:
    body = {"text": "Hello", "start_at": "2030-01-01T00:00:00Z", "end_at": "2030-01-02T00:00:00Z"}
    with entries_of() as entries:
        for _ in range(2):
            api.post("/api/mailings/", body, **{"Idempotency-Key": "once"})
    assert [entry.action for entry in entries] == ["mailing.created"]
    assert entries[0].changes["text"] == [None, "Hello"]


def test_an_entry_of_a_change_shows_the_values_before_and_after() -> None:
    mailing, backup = make_mailing(text="Before"), make_gateway(name="backup")
    with entries_of() as entries:
        lifecycle.update_mailing(mailing.pk, text="After", gateway=backup, tags=mailing.tags)
    assert entries[0].changes == {"gateway": [None, "backup"], "text": ["Before", "After"]}


def test_a_start_or_an_expiry_by_the_service_names_the_worker() -> None:
    due = make_mailing(start_at=now() - timedelta(minutes=2))
    slept = make_mailing(start_at=now() - timedelta(minutes=2), end_at=now() - timedelta(minutes=1))
    with entries_of() as entries:
        lifecycle.start_due_mailings()
        lifecycle.start_due_mailings()
    assert {(entry.action, entry.object_id, entry.actor_kind) for entry in entries} == {
        ("mailing.started", due.pk, "worker"),
        ("mailing.missed", slept.pk, "worker"),
    }
    assert len(entries) == 2
    assert entries[0].source.endswith(f":{os.getpid()}")


@pytest.mark.parametrize(
    ("action", "told"), [("remove", "mailing.deleted"), ("anonymise", "mailing.anonymised")]
)
def test_retention_leaves_an_entry(action: str, told: str) -> None:
    mailing = make_mailing(status="finished", finished_at=now() - timedelta(days=40))
    with entries_of() as entries:
        for _ in retention.retire(days=30, action=action):
            pass
    assert [(entry.action, entry.object_id, entry.actor_kind) for entry in entries] == [
        (told, mailing.pk, "worker")
    ]


@pytest.mark.parametrize(
    ("line", "actions"),
    [
        ("gateway set backup --url http://8.8.8.8 --priority 3", ["gateway.created"]),
        ("gateway release main", ["gateway.released"]),
        ("create_api_key crm --scope read", ["key.created"]),
        ("import_clients {file}", ["import.started", "import.finished"]),
    ],
)
def test_an_entry_of_a_command_names_the_command_and_the_system_user(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, line: str, actions: list[str]
) -> None:
    file = tmp_path / "clients.csv"
    file.write_text(f"phone,timezone\n{PHONE},Europe/Moscow\n")
    name, *arguments = line.format(file=file).split()
    monkeypatch.setenv("LOGNAME", "anna")
    Gateway.objects.filter(name="main").update(held_at=now(), **held_for(http_status(401)), probe_at=now())
    with entries_of() as entries, acting(lambda: of_command(name)):
        call_command(name, *arguments, stdout=StringIO())
    assert [entry.action for entry in entries] == actions
    assert {(entry.actor_kind, entry.actor_name) for entry in entries} == {("command", "anna")}
    assert entries[0].source.startswith(f"manage.py {name} on ")


@pytest.mark.django_db(transaction=True)
def test_an_entry_of_manage_py_shows_its_command_line() -> None:
    command = [sys.executable, "manage.py", "create_api_key", "crm", "--scope", "read"]
    with entries_of() as entries:
        subprocess.run(command, cwd=ROOT, env=os.environ | {"DATABASE_URL": database_conninfo()}, check=True)
    assert [(entry.action, entry.actor_kind) for entry in entries] == [("key.created", "command")]
    assert entries[0].source.startswith("manage.py create_api_key on ")


def test_an_entry_about_a_client_keeps_only_the_names_of_fields() -> None:
    client = client_changes.create_client(
        phone=PHONE, operator_code="916", timezone="Europe/Moscow", tag="secret"
    )
    with entries_of() as entries:
        client_changes.update_client(client.pk, phone=PHONE[:-1] + "8", tag="other", timezone="Europe/Moscow")
        client_changes.delete_client(client.pk)
    assert [(entry.action, entry.facts) for entry in entries] == [
        ("client.changed", {"fields": ["phone", "tags"]}),
        ("client.deleted", {"cancelled_messages": 0}),
    ]
    assert not Entry.objects.filter(facts__icontains="secret").exists()


def test_an_entry_about_a_token_keeps_only_whether_the_token_exists(settings: LazySettings) -> None:
    settings.SECRET_KEY_IS_TEMPORARY = False
    gateway = make_gateway()
    with entries_of() as entries:
        gateways.save_gateway(gateway, token="the-token", max_concurrency=7)
        gateways.save_gateway(gateway, token="")
        gateways.delete_gateway(gateway.pk)
    assert entries[0].changes == {"token": [None, "hidden"], "max_concurrency": [None, 7]}
    assert entries[1].changes == {"token": ["hidden", None]}
    assert (entries[2].action, entries[2].object_name) == ("gateway.deleted", gateway.name)


@pytest.mark.parametrize("written", [PHONE, "+7 (916) 123-45-67", "8-916-123-45-67"])
def test_an_entry_keeps_no_whole_phone(written: str) -> None:
    mailing = make_mailing()
    with entries_of() as entries:
        lifecycle.update_mailing(mailing.pk, text=f"Call {written}", tags=[written])
    kept = str(entries[0].changes)
    assert "*****67" in kept
    assert "123" not in kept


def test_an_entry_keeps_values_of_bounded_length() -> None:
    assert len(plain("x" * 5_000)) == MOST_CHARACTERS
    assert len(plain(list(range(1_000)))) == MOST_VALUES + 1
    assert plain("a\0b\udc80") == "ab\\udc80"
