"""What a program does with either client, at a real server."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from notification_service.mailings.contact_hours import set_contact_hours
from notification_service_client import (
    AudienceFilter,
    ChangedError,
    ClientFilter,
    ConflictError,
    ExcludedFilter,
    ForbiddenError,
    InvalidRequestError,
    NotFoundError,
    OutcomeOf,
    SendWindow,
    UnauthorizedError,
)
from tests.clients_python.program import Program
from tests.factories import mailing_of, make_client, make_gateway, make_mailing, make_message

TOMORROW = datetime.now(UTC) + timedelta(days=1)
SALE: dict[str, Any] = {"text": "Sale!", "start_at": TOMORROW, "end_at": TOMORROW + timedelta(days=1)}
BORIS: dict[str, Any] = {"phone": "79160000001", "timezone": "Europe/Moscow"}


def test_a_program_creates_reads_changes_and_deletes_a_client(program: Program) -> None:
    made = program.do("clients", "create", **BORIS, tag="vip", attributes={"age": 30})
    assert (made.phone, made.operator_code, made.tag, made.attributes) == (
        BORIS["phone"],
        "916",
        "vip",
        {"age": 30},
    )
    assert made.created_at.utcoffset() is not None
    assert program.do("clients", "update", made, tag="").tag == ""
    assert program.do("clients", "delete", made.id) is None
    with pytest.raises(NotFoundError):
        program.do("clients", "get", made.id)


def test_a_list_yields_every_row_of_every_page(program: Program) -> None:
    for number in range(5):
        make_client(phone=f"7916000000{number}", tag="vip")
    make_client(phone="79160000009", tag="other")
    rows = program.do("clients", "list", tag="vip", page_size=2, ordering="phone")
    assert [row.phone for row in rows] == [f"7916000000{number}" for number in range(5)]


@pytest.mark.parametrize("is_path", [False, True], ids=["bytes", "path"])
def test_a_program_imports_a_csv(program: Program, tmp_path: Path, is_path: bool) -> None:
    content = b"phone,timezone\n79160000001,Europe/Moscow\n12,Europe/Moscow\n"
    path = tmp_path / "clients.csv"
    path.write_bytes(content)
    result = program.do("clients", "import_csv", path if is_path else content)
    assert (result.created, result.rejected) == (1, 1)
    assert [(error.line, error.field) for error in result.errors] == [(3, "phone")]


def test_a_program_adds_the_tags_of_a_csv_to_those_of_clients(program: Program) -> None:
    client = make_client(phone="79160000001", timezone="Europe/Moscow", tags=["old"])
    content = b"phone,timezone,tags\n79160000001,Europe/Moscow,vip\n"
    assert program.do("clients", "import_csv", content, tags="add").updated == 1
    assert list(program.do("clients", "get", client.pk).tags) == ["old", "vip"]


def test_a_mailing_comes_back_as_it_was_made(program: Program) -> None:
    make_client(tag="vip")
    days: Any = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    window = SendWindow(time(9), time(21, 30), days=days, holidays="BV")
    audience = AudienceFilter(tags=("vip",))
    made = program.do("mailings", "create", **SALE, filter=audience, send_window=window)
    read = program.do("mailings", "get", made)
    assert (read.text, read.start_at, read.end_at) == tuple(SALE.values())
    assert (read.filter, read.send_window, read.status) == (audience, window, "scheduled")
    assert program.do("mailings", "audience", audience).clients == 1
    assert program.do("mailings", "audience", AudienceFilter(operator_codes=("000",))).clients == 0


def test_a_mailing_may_go_to_whom_another_did_not_reach(program: Program) -> None:
    failed = make_message(status="failed")
    make_message(mailing=failed.mailing, status="sent")
    audience = AudienceFilter(outcome_of=OutcomeOf(mailing_of(failed).pk))
    assert program.do("mailings", "audience", audience).clients == 1
    made = program.do("mailings", "create", **SALE, filter=audience)
    assert made.filter.outcome_of == OutcomeOf(mailing_of(failed).pk, ("failed", "expired", "cancelled"))


def test_a_program_keeps_texts_as_templates_and_previews_and_tests_them(program: Program) -> None:
    client = make_client(attributes={"name": "Anna"})
    template = program.do("templates", "create", name="Order", text="{{name}}")
    changed = program.do("templates", "update", template, text="{{name}}!")
    assert [each.version for each in program.do("templates", "versions", changed)] == [2, 1]
    assert [each.id for each in program.do("templates", "list")] == [
        program.do("templates", "get", changed).id
    ]
    times = {name: SALE[name] for name in ("start_at", "end_at")}
    found = program.do("mailings", "preview", **times, template=template.id)
    assert (found.clients, found.samples[0].text, found.sms.total) == (1, "Anna!", 1)
    foretold = program.do("mailings", "forecast", **times, template=template.id)
    assert (foretold.limited_by, foretold.unreached.total) == ("workers", 1)  # of which none runs
    sent = program.do("mailings", "send_test", text="{{name}}", client=client.pk)
    assert program.do("mailings", "get_test", sent).text == "Anna"
    assert program.do("mailings", "create", **times, template=template.id).text == "{{name}}!"
    assert program.do("templates", "delete", changed) is None


def test_a_program_steers_a_mailing(program: Program) -> None:
    mailing = program.do("mailings", "get", make_mailing(status="running").pk)
    paused = program.do("mailings", "pause", mailing)
    resumed = program.do("mailings", "resume", paused)
    assert program.do("mailings", "forecast_of", resumed).unreached.by_zone == ()
    assert (paused.status, resumed.status) == ("paused", "running")
    changed = program.do("mailings", "update", resumed, text="Bye", send_window=None)
    cancelled = program.do("mailings", "cancel", changed)
    assert (cancelled.text, cancelled.status) == ("Bye", "cancelled")
    assert [row.id for row in program.do("mailings", "list", status="cancelled")] == [mailing.id]
    assert program.do("mailings", "delete", cancelled) is None
    assert program.do("mailings", "list", start_from=datetime.now(UTC)) == []


def test_a_program_reads_statistics_messages_and_gateways(program: Program) -> None:
    gateway, client = make_gateway(name="second"), make_client()
    mailing = make_mailing(gateway=gateway)
    row = make_message(mailing=mailing, client=client)
    [message] = program.do("messages", "list", mailing=mailing.pk)
    assert (message.id, message.client, message.status) == (row.pk, client.pk, "pending")
    assert program.do("messages", "get", message).failed_attempts == ()
    assert program.do("mailings", "info", mailing.pk).first_messages.results == (message,)
    statistics = program.do("mailings", "fullinfo")
    assert (statistics.mailings.total, statistics.single.total) == (1, 0)
    assert "second" in [each.name for each in program.do("gateways", "list")]


def test_a_program_sends_single_messages(program: Program) -> None:
    until = datetime.now(UTC) + timedelta(minutes=5)
    code = program.do("messages", "create", phone="79161234567", text="Your code: 4711", end_at=until)
    assert (code.mailing, code.status) == (None, "pending")
    single = program.do("messages", "get", code).single
    assert (single.phone, single.end_at) == ("79161234567", until)
    many = [{"phone": "79161234567", "text": "x", "end_at": until}, {"phone": "1", "text": "x"}]
    results = program.do("messages", "create_many", many)
    assert (results.accepted, results.refused, results.results[1].errors[0].code) == (1, 1, "pattern")
    assert len(program.do("messages", "list", single="true")) == 2


def test_a_program_is_told_by_webhooks(admin: Program, settings: Any) -> None:
    settings.GATEWAY_ALLOW_PRIVATE_ADDRESSES = True
    url = "http://127.0.0.1:9/events"
    made = admin.do("webhooks", "create", url=url, events=["messages.final", "mailing.finished"])
    assert made.secret.startswith("whsec_")
    [listed] = admin.do("webhooks", "list")
    assert (listed.id, listed.url, listed.events) == (made.id, url, ("mailing.finished", "messages.final"))
    changed = admin.do("webhooks", "update", admin.do("webhooks", "get", made), events=("gateway.held",))
    assert changed.events == ("gateway.held",)
    assert admin.do("webhooks", "rotate_secret", changed).secret not in (None, made.secret)
    test = admin.do("webhooks", "send_test", made.id)
    assert admin.do("webhooks", "deliveries", made.id, status="waiting") == [test]
    assert admin.do("webhooks", "redeliver", made.id, deliveries=[test]).deliveries == 1
    assert admin.do("webhooks", "redeliver", made.id, since=datetime.now(UTC)).deliveries == 0
    assert admin.do("webhooks", "delete", made.id) is None
    assert admin.do("webhooks", "list") == []


def test_a_program_tests_a_webhook_once_for_a_key(admin: Program, settings: Any) -> None:
    settings.GATEWAY_ALLOW_PRIVATE_ADDRESSES = True
    made = admin.do("webhooks", "create", url="http://127.0.0.1:9/", events=["gateway.held"])
    first, second = (admin.do("webhooks", "send_test", made, idempotency_key="one") for _ in range(2))
    assert first == second


def test_a_program_tells_as_a_provider_does(kind: str, live_server: Any, admin: Program) -> None:
    gateway = next(each for each in admin.do("gateways", "list") if each.is_default)
    message = make_message(gateway_id=gateway.id, status="sent", attempts=1)
    key = admin.do("gateways", "replace_receipt_key", gateway.id)
    assert admin.do("gateways", "receipt_key", gateway) == key
    at = datetime.now(UTC) - timedelta(seconds=5)
    with Program(kind, live_server.url, key.key) as provider:
        receipts = [
            {"id": message.pk, "status": "delivered", "at": at},
            {"id": 2**62, "status": "undelivered"},
        ]
        taken = provider.do("gateways", "send_receipts", gateway, receipts)
        assert (taken.receipts, taken.unknown) == (2, 1)
        words = {"phone": "79161234567", "text": "Стоп", "at": at}
        assert provider.do("gateways", "send_reply", gateway.name, **words).is_stop
    assert [each.id for each in admin.do("messages", "list", delivery="delivered")] == [message.pk]
    [reply] = admin.do("inbound", "list", is_stop="true", phone="79161234567")
    assert (reply.gateway, reply.text, reply.at) == (gateway.name, "Стоп", at)


def test_a_program_imports_a_file_once_for_a_key(program: Program) -> None:
    file = b"phone,timezone\n79160000001,Europe/Moscow\n"
    first, second = (program.do("clients", "import_csv", file, idempotency_key="friday") for _ in range(2))
    assert (first, second.created) == (second, 1)


def test_a_program_saves_a_segment_and_sends_to_it(program: Program) -> None:
    make_client(attributes={"city": "Kazan"})
    kazan = ClientFilter(where={"field": "attributes.city", "op": "eq", "value": "Kazan"})
    segment = program.do("segments", "create", name="Kazan", filter=kazan)
    assert program.do("segments", "get", segment).clients == 1
    audience = AudienceFilter(segment="Kazan", exclude=ExcludedFilter(tags=("vip",)))
    assert program.do("mailings", "audience", audience).clients == 1
    assert program.do("mailings", "create", **SALE | {"filter": audience}).filter == audience
    with pytest.raises(ConflictError):
        program.do("segments", "delete", segment)
    assert program.do("segments", "update", segment, filter=ClientFilter()).filter == ClientFilter()
    assert [each.name for each in program.do("segments", "list")] == ["Kazan"]


@pytest.mark.parametrize("change", [("clients", "update"), ("clients", "delete")], ids=".".join)
def test_what_somebody_changed_meanwhile_is_left_as_it_is(program: Program, change: Any) -> None:
    mine = program.do("clients", "get", make_client(tag="old").pk)
    program.do("clients", "update", mine.id, tag="theirs")
    with pytest.raises(ChangedError):
        program.do(*change, mine, **({"tag": "mine"} if change[1] == "update" else {}))
    assert program.do("clients", "get", mine.id).tag == "theirs"


def test_a_mailing_that_somebody_changed_is_not_paused(program: Program) -> None:
    mine = program.do("mailings", "get", program.do("mailings", "create", **SALE))
    program.do("mailings", "update", mine.id, text="Theirs")
    with pytest.raises(ChangedError):
        program.do("mailings", "pause", mine)


def test_what_a_change_returned_may_be_changed_again(program: Program) -> None:
    client = program.do("clients", "update", make_client().pk, tag="one")
    assert program.do("clients", "update", client, tag="two").tag == "two"


def test_a_phone_that_is_known_is_a_conflict_that_names_its_client(program: Program) -> None:
    known = program.do("clients", "create", **BORIS)
    with pytest.raises(ConflictError) as raised:
        program.do("clients", "create", **BORIS)
    assert raised.value.existing is not None
    assert (raised.value.status, raised.value.existing.id) == (409, known.id)
    assert [error.pointer for error in raised.value.errors] == ["#/phone"]


def test_values_that_are_not_acceptable_are_named(program: Program) -> None:
    with pytest.raises(InvalidRequestError) as raised:
        program.do("clients", "create", phone="12", timezone="Nowhere")
    assert {error.pointer for error in raised.value.errors} == {"#/phone", "#/timezone"}
    assert "#/phone: " in str(raised.value)


def test_a_key_that_may_not_is_told_so(kind: str, live_server: Any, read_key: str) -> None:
    for key, error in (("unknown", UnauthorizedError), (read_key, ForbiddenError)):
        with Program(kind, live_server.url, key) as program, pytest.raises(error):
            program.do("clients", "create", **BORIS)


def test_a_time_without_a_zone_is_refused_before_anything_is_sent(program: Program) -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        program.do("mailings", "create", **{**SALE, "start_at": datetime(2030, 1, 1)})


@pytest.mark.parametrize("is_given", [True, False], ids=["given", "its own"])
def test_a_client_closes_only_connections_of_its_own(kind: str, is_given: bool) -> None:
    http: Any = {"sync": httpx.Client, "async": httpx.AsyncClient}[kind]()
    with Program(kind, "http://127.0.0.1", "key", http=http if is_given else None) as program:
        pass
    assert program.is_closed is not is_given


def test_the_contact_hours_are_read_and_only_an_administrator_sets_them(program: Program) -> None:
    assert program.do("contact_hours", "get") is None
    set_contact_hours(window_days=["mon", "sat"])
    assert program.do("contact_hours", "get") == SendWindow(days=("mon", "sat"))
    with pytest.raises(ForbiddenError):
        program.do("contact_hours", "set", None)
