"""Whole phones are for whoever may take them away, at every address; who reads many is in the audit log."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from notification_service.access import phones
from notification_service.access.models import ApiKey
from notification_service.access.permissions import SCOPES
from notification_service.audit.models import Entry
from notification_service.directory.importing.uploads.incoming import IncomingFile
from notification_service.directory.models import Client, ClientUpload, Consent, OptOut
from notification_service.mailings.models import Gateway, InboundMessage, Message
from notification_service.mailings.replies import keep_reply
from tests.api.answers import body_of
from tests.audit.entries import entries_of
from tests.factories import make_attempt, make_client, make_message, make_single, now
from tests.security.doors import address_of, methods_of, routes
from tests.security.test_doors import person

pytestmark = pytest.mark.django_db

PHONE = "79261830475"  # not the one of the document's examples
HIDDEN = re.compile(r"\D{0,4}".join(PHONE[1:]))
QUOTED = '{"to": "+7 (926) 183-04-75", "msisdn": 79261830475, "local": "9261830475", "by": "8.926.183.04.75"}'


def _visitor(name: str) -> Browser:
    browser = Browser()
    browser.force_login(person(name))
    return browser


@pytest.fixture
def message() -> Message:
    """One client, whose phone is wherever it can be."""
    message = make_message(client=make_client(phone=PHONE), status="failed", error="HTTP 400")
    make_attempt(message, response=QUOTED)
    single = make_single(phone=PHONE, text=f"Call {PHONE}", pk=message.pk + 1)
    make_attempt(single, response=QUOTED)
    OptOut.objects.create(phone=PHONE, reason=f"Said so, {QUOTED}"[:255], source=f"By {PHONE}")
    Consent.objects.create(phone=PHONE, given_at=now(), evidence=QUOTED)
    keep_reply(Gateway.objects.get(), phone=PHONE, text=QUOTED, at=now())
    arrival = IncomingFile(file_name="clients.csv", by="anna")
    arrival.write(f"phone,timezone\n{PHONE},Europe/Moscow\n8 926 183 04 75,Nowhere\n".encode())
    arrival.finish()
    return message


def _addresses(message: Message) -> list[str]:
    rows = {
        "clients": message.client_id,
        "messages": message.pk,
        "mailings": message.mailing_id,
        "opt-outs": OptOut.objects.get().pk,
        "consents": Consent.objects.get().pk,
        "inbound": InboundMessage.objects.get().pk,
    }
    upload = reverse("console:import", args=[ClientUpload.objects.get().pk])
    found = [upload, f"{upload}live/", f"{upload}rejected.csv"]
    single = Message.objects.get(mailing=None).pk
    found += [f"/messages/{single}/", f"/api/v1/messages/{single}/", f"/api/v1/messages/{single}/proof/"]
    for route in routes():
        row = next((pk for name, pk in rows.items() if f"/{name}/" in route), 1)
        found.append(address_of(re.sub(r"<(int|id):pk>", str(row), route)))
    return [address for address in found if "GET" in methods_of(address)]


def _text_of(answer: Any) -> str:
    text: str = (answer.getvalue() if answer.streaming else answer.content).decode()
    return re.sub(r"<[^>]*>", "", text) if "html" in answer["Content-Type"] else text


def test_no_address_shows_a_whole_phone_to_a_viewer(message: Message) -> None:
    visitor = _visitor("viewer")
    texts = {address: _text_of(visitor.get(address)) for address in _addresses(message)}
    assert [address for address, text in texts.items() if HIDDEN.search(text)] == []
    assert "7926***0475" in texts["/api/v1/clients/"]


@pytest.mark.parametrize(
    "address", ["/api/clients/", "/clients/", "/messages/", "/messages.csv", "/clients.csv"]
)
def test_an_operator_sees_whole_phones(address: str, message: Message) -> None:
    assert HIDDEN.search(_text_of(_visitor("operator").get(address)))


def _program(scope: str, *, pii: bool = False) -> Browser:
    key = ApiKey.issue(name="shop", scope=scope, pii=pii)[1]
    return Browser(headers={"Authorization": f"Bearer {key}"})


@pytest.mark.parametrize("scope", SCOPES)
def test_no_address_shows_a_whole_phone_to_a_key_without_pii(scope: str, message: Message) -> None:
    program = _program(scope)
    texts = {address: _text_of(program.get(address)) for address in _addresses(message)}
    assert [address for address, text in texts.items() if HIDDEN.search(text)] == []


def test_what_a_key_without_pii_writes_comes_back_masked(message: Message) -> None:
    program = _program("write")
    opt_out = program.post("/api/opt-outs/", {"phone": PHONE}, content_type="application/json")
    address = f"/api/clients/{message.client_id}/"
    changed = program.patch(address, {"attributes": {"a": 1}}, content_type="application/json")
    assert [answer.json()["phone"] for answer in (opt_out, changed)] == ["7926***0475"] * 2
    body = {"text": "Call {{phone}}", "client": message.client_id, "phone": "79160000000"}
    tested = program.post("/api/mailings/test/", body, content_type="application/json")
    assert (tested.status_code, tested.json()["text"]) == (201, "Call 7926*****75")


def test_a_key_without_pii_is_told_which_scope_it_lacks(message: Message) -> None:
    answer = _program("admin").get(f"/api/clients/{message.client_id}/export/")
    assert (answer.status_code, "the scope `pii`" in answer.json()["detail"]) == (403, True)


@pytest.mark.parametrize("scope", ["read", "write"])
def test_a_key_with_pii_sees_whole_phones_wherever_there_are_any(scope: str, message: Message) -> None:
    http = _program(scope, pii=True)
    assert body_of(http.get("/api/clients/"))["results"][0]["phone"] == PHONE
    assert body_of(http.get(f"/api/clients/{message.client_id}/"))["phone"] == PHONE
    assert body_of(http.get(f"/api/messages/{message.pk}/"))["failed_attempts"][0]["answer"] == QUOTED


def test_a_search_does_not_tell_the_digits_that_the_mask_hides(message: Message) -> None:
    http = _visitor("viewer")
    found = {start: _found(http, start) for start in (PHONE[:length] for length in range(1, 12))}
    assert found == {start: len(start) in (1, 2, 3, 4, 11) for start in found}


def _found(http: Browser, start: str) -> bool:
    return bool(body_of(http.get("/api/clients/", {"search": start}))["results"])


def test_the_consoles_search_does_not_tell_the_digits_that_the_mask_hides(message: Message) -> None:
    viewer, address = _visitor("viewer"), reverse("console:client", args=[message.client_id])
    for typed in ("92618", "+7 926 18", "79261", "7926183047", "926183047"):
        assert address not in viewer.get("/clients/", {"phone": typed}).content.decode()
    for typed in ("926", "+7 926", "7926", PHONE, "8 (926) 183-04-75", "9261830475"):
        assert address in viewer.get("/clients/", {"phone": typed}).content.decode()


def test_the_order_of_masked_phones_is_not_told(message: Message) -> None:
    assert _visitor("viewer").get("/api/clients/", {"ordering": "phone"}).status_code == 400


def _reads_by_api(http: Browser) -> None:
    http.get("/api/clients/")


def _reads_one_by_one(http: Browser) -> None:
    for pk in Client.objects.values_list("pk", flat=True):
        http.get(f"/api/clients/{pk}/")


def _reads_pages(http: Browser) -> None:
    http.get("/clients/")
    http.get("/clients/")


@pytest.mark.parametrize("read", [_reads_by_api, _reads_one_by_one, _reads_pages])
def test_whoever_reads_many_whole_phones_is_in_the_audit_log_once_an_hour(
    read: Callable[[Browser], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phones, "BULK", 4)
    operator = _visitor("operator")
    for _ in range(4):
        make_client()
    with entries_of() as entries:
        read(operator)
        read(operator)
    (entry,) = entries
    assert (entry.action, entry.actor_kind, entry.actor_name) == ("client.phones_read", "person", "operator")


def test_another_process_writes_no_second_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phones, "BULK", 1)
    make_client()
    http = _program("write", pii=True)
    with entries_of() as entries:
        http.get("/api/clients/")
        phones._seen.clear()  # what another process knows of it
        http.get("/api/clients/")
    assert [entry.actor_kind for entry in entries] == ["key"]


def test_who_reads_few_phones_or_masked_ones_leaves_no_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phones, "BULK", 2)
    make_client()
    _visitor("operator").get("/api/clients/")
    make_client()
    _visitor("viewer").get("/api/clients/")
    _visitor("viewer").get("/clients/")
    assert not Entry.objects.filter(action="client.phones_read").exists()
