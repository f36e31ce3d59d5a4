"""Opt-outs and consents: said once, kept for ever, and a phone's, whatever becomes of its client."""

import json
import unicodedata
from datetime import timedelta
from typing import Any

import pytest

from notification_service.audit.models import Entry
from notification_service.directory.models import Consent, OptOut
from notification_service.mailings.models import Message
from tests.api.answers import body_of, errors_of
from tests.api.conftest import Api
from tests.factories import make_client, make_message, make_running_mailing, now
from tests.factories import opt_out as make_opt_out

pytestmark = pytest.mark.django_db

PHONE = "79161234567"
OPT_OUTS, CONSENTS = "/api/opt-outs/", "/api/consents/"
BOTH = pytest.mark.parametrize("url", [OPT_OUTS, CONSENTS])
CSV = "text/csv"


def actions() -> list[str]:
    return list(Entry.objects.order_by("pk").exclude(action="key.created").values_list("action", flat=True))


def test_an_opt_out_is_made_once(api: Api) -> None:
    body = {"phone": PHONE, "topic": "news", "reason": "asked by phone", "source": "support"}
    first, second = api.post(OPT_OUTS, body), api.post(OPT_OUTS, {"phone": PHONE, "topic": "news"})
    shown = body_of(first)
    assert (first.status_code, second.status_code) == (201, 200)
    assert shown == {"id": OptOut.objects.get().pk, **body, "created_at": shown["created_at"]}
    assert first["Location"] == f"http://testserver{OPT_OUTS}{shown['id']}/"
    assert body_of(second) == shown == body_of(api.get(f"{OPT_OUTS}{shown['id']}/"))
    assert actions() == ["opt_out.created"]


def test_an_opt_out_is_of_everything_unless_it_says_of_what(api: Api) -> None:
    assert body_of(api.post(OPT_OUTS, {"phone": PHONE}))["topic"] == ""


def test_a_withdrawn_opt_out_is_gone_and_kept_as_history(api: Api) -> None:
    pk = body_of(api.post(OPT_OUTS, {"phone": PHONE}))["id"]
    path = f"{OPT_OUTS}{pk}/"
    assert [api.delete(path).status_code, api.get(path).status_code] == [204, 404]
    assert api.delete(path).status_code == 404
    assert body_of(api.get(OPT_OUTS))["results"] == []
    assert OptOut.objects.get().withdrawn_at is not None
    assert api.post(OPT_OUTS, {"phone": PHONE}).status_code == 201
    assert actions() == ["opt_out.created", "opt_out.withdrawn", "opt_out.created"]


def test_a_consent_is_recorded_once(api: Api) -> None:
    body = {"phone": PHONE, "topic": "news", "evidence": "form 3", "given_at": "2026-01-02T03:04:05Z"}
    first, second = api.post(CONSENTS, body), api.post(CONSENTS, body)
    shown = body_of(first)
    assert (first.status_code, second.status_code) == (201, 200)
    assert shown == {"id": Consent.objects.get().pk, **body, "revoked_at": None}
    assert body_of(second) == shown
    assert actions() == ["consent.created"]


def test_a_consent_without_a_time_is_given_now(api: Api) -> None:
    before = now()
    body_of(api.post(CONSENTS, {"phone": PHONE}))
    assert before <= Consent.objects.get().given_at <= now()


def test_a_revoked_consent_stays_with_the_time_of_its_end(api: Api) -> None:
    path = f"{CONSENTS}{body_of(api.post(CONSENTS, {'phone': PHONE}))['id']}/"
    assert api.delete(path).status_code == 204
    revoked_at = body_of(api.get(path))["revoked_at"]
    assert revoked_at is not None
    assert api.delete(path).status_code == 204
    assert body_of(api.get(path))["revoked_at"] == revoked_at
    assert api.post(CONSENTS, {"phone": PHONE}).status_code == 201
    states = [len(body_of(api.get(CONSENTS, **query))["results"]) for query in ({}, {"state": "revoked"})]
    assert states == [2, 1]
    assert actions() == ["consent.created", "consent.revoked", "consent.created"]


def test_an_opt_out_cancels_what_waits_before_it_is_answered(api: Api) -> None:
    message = make_message(client=make_client(phone=PHONE))
    api.post(OPT_OUTS, {"phone": PHONE})
    message.refresh_from_db()
    assert (message.status, message.reason) == ("cancelled", "opted_out")


def test_a_repeated_opt_out_ends_what_the_first_could_not_end(api: Api) -> None:
    make_opt_out(PHONE)  # and the process died before it looked at what waits
    message = make_message(client=make_client(phone=PHONE))
    assert api.post(OPT_OUTS, {"phone": PHONE}).status_code == 200
    message.refresh_from_db()
    assert message.status == "cancelled"


@BOTH
def test_a_list_is_filtered_by_phone_and_topic(api: Api, url: str) -> None:
    for phone, topic in ((PHONE, ""), (PHONE, "news"), ("79160000000", "news")):
        api.post(url, {"phone": phone, "topic": topic})
    found = [body_of(api.get(url, **query))["results"] for query in ({"phone": PHONE}, {"topic": "news"})]
    assert [[(row["phone"], row["topic"]) for row in rows] for rows in found] == [
        [(PHONE, "news"), (PHONE, "")],
        [("79160000000", "news"), (PHONE, "news")],
    ]
    assert len(body_of(api.get(url, topic=""))["results"]) == 1


@BOTH
@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "#/phone"),
        ({"phone": "123"}, "#/phone"),
        ({"phone": None}, "#/phone"),
        ({"phone": PHONE, "topic": "x" * 65}, "#/topic"),
        ({"phone": PHONE, "topic": "a\nb"}, "#/topic"),
        ({"phone": PHONE, "topic": "a\u2028b"}, "#/topic"),
        ({"phone": PHONE, "topic": 1}, "#/topic"),
        ({"phone": PHONE, "colour": "red"}, "#/colour"),
        ({"phone": PHONE, "id": 1}, "#/id"),
    ],
    ids=str,
)
def test_bad_values_are_refused_with_their_place(api: Api, url: str, body: Any, pointer: str) -> None:
    answer = api.post(url, body)
    assert (answer.status_code, list(errors_of(answer))) == (400, [pointer])
    assert (OptOut.objects.count(), Consent.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("given_at", (now() + timedelta(hours=1)).isoformat()),
        ("given_at", "2026-01-01T00:00:00"),
        ("evidence", "x" * 2001),
        ("revoked_at", None),
    ],
    ids=["from the future", "without an offset", "long evidence", "read-only"],
)
def test_a_consent_that_cannot_be_is_refused_with_its_place(api: Api, field: str, value: Any) -> None:
    answer = api.post(CONSENTS, {"phone": PHONE, field: value})
    assert (answer.status_code, list(errors_of(answer))) == (400, [f"#/{field}"])


@BOTH
def test_a_value_of_a_megabyte_is_refused(api: Api, url: str) -> None:
    assert api.post(url, {"phone": PHONE, "topic": "x" * 2**20}).status_code == 413
    assert list(errors_of(api.post(url, {"phone": PHONE, "topic": "x" * 2**19}))) == ["#/topic"]


def test_topics_that_look_alike_are_one(api: Api) -> None:
    assert api.post(OPT_OUTS, {"phone": PHONE, "topic": " новости "}).status_code == 201
    assert api.post(OPT_OUTS, {"phone": PHONE, "topic": "новости\u200b"}).status_code == 200


def test_an_import_takes_the_good_lines_of_a_csv(api: Api) -> None:
    message = make_message(client=make_client(phone=PHONE))
    file = (
        f"Телефон;Тема;reason\n8 (916) 123-45-67;;moved\n{PHONE};news;\n12;;\n{PHONE};news;again\n".encode()
    )
    answer = api.post(f"{OPT_OUTS}import/", file, content_type=CSV)
    assert body_of(answer) == {
        "received": 4,
        "created": 2,
        "updated": 0,
        "unchanged": 1,
        "rejected": 1,
        "errors": [{"line": 4, "reason": "phone must be 7 and ten more digits.", "field": "phone"}],
        "errors_truncated": False,
    }
    message.refresh_from_db()
    assert message.reason == "opted_out"
    assert actions() == ["opt_out.imported"]
    again = body_of(api.post(f"{OPT_OUTS}import/", file, content_type=CSV))
    assert (again["created"], again["unchanged"]) == (0, 3)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_an_import_takes_a_file_as_a_spreadsheet_writes_it(api: Api, encoding: str) -> None:
    lines = (
        "sep=;",
        "Телефон;Тема;Причина;;",
        "8 (916) 123-45-67;Новости;'=1+1;;",
        '79161234568.0;;"сказал:\u00a0нет";;',
        ";;;;",
    )
    file = "\r\n".join(lines).encode(encoding)
    result = body_of(api.post(f"{OPT_OUTS}import/", file, content_type=CSV))
    assert (result["created"], result["errors"]) == (2, [])
    said = OptOut.objects.order_by("phone").values_list("phone", "topic", "reason")
    assert list(said) == [("79161234567", "Новости", "=1+1"), ("79161234568", "", "сказал: нет")]


def test_an_import_counts_a_text_as_the_other_doors_do(api: Api) -> None:
    """After what nobody sees is gone, and spaces around it."""
    topic = "й" * 64
    line = {
        "phone": PHONE,
        "topic": f"  {unicodedata.normalize('NFD', topic)}\u200b ",
        "reason": "x" * 255 + " ",
    }
    sent = json.dumps(line).encode()
    result = body_of(api.post(f"{OPT_OUTS}import/", sent, content_type="application/x-ndjson"))
    assert (result["errors"], OptOut.objects.get().topic) == ([], topic)


def test_a_consent_of_a_time_outside_the_calendar_is_refused(api: Api) -> None:
    """PostgreSQL has it, but nobody could read it again, nor the list that it is in."""
    file = f"phone,given_at\n{PHONE},0001-01-01T00:00:00+14:00\n".encode()
    result = body_of(api.post(f"{CONSENTS}import/", file, content_type=CSV))
    assert [error["field"] for error in result["errors"]] == ["given_at"]
    assert api.get(CONSENTS).status_code == 200


def test_an_import_of_consents_takes_ndjson(api: Api) -> None:
    lines = (
        f'{{"phone": "{PHONE}", "topic": "news", "given_at": "2026-01-02T03:04:05+03:00", "evidence": "x"}}\n'
        f'{{"phone": "{PHONE}", "given_at": "2999-01-01T00:00:00Z"}}\n'
        f'{{"phone": "{PHONE}", "given_at": "2026-01-02"}}\n'
        f'{{"phone": "{PHONE}", "reason": "x"}}\n'
    )
    result = body_of(api.post(f"{CONSENTS}import/", lines.encode(), content_type="application/x-ndjson"))
    assert (result["created"], result["rejected"]) == (1, 3)
    assert [error["field"] for error in result["errors"]] == ["given_at", "given_at", None]
    assert actions() == ["consent.imported"]
    given = Consent.objects.get()
    assert (given.topic, given.evidence, given.given_at.hour) == ("news", "x", 0)


@pytest.mark.parametrize("kind", ["opt-outs", "consents"])
@pytest.mark.parametrize(
    "file", [b"topic\nnews\n", b"phone,tag\n79161234567,x\n", b"phone,phone\n1,2\n", b"\n", b"\x1f\x8b"]
)
def test_a_file_of_something_else_is_refused(api: Api, kind: str, file: bytes) -> None:
    assert api.post(f"/api/{kind}/import/", file, content_type=CSV).status_code == 400


@BOTH
def test_a_read_key_may_look_and_not_say_anything(api: Api, reader: Api, url: str) -> None:
    pk = body_of(api.post(url, {"phone": PHONE}))["id"]
    assert reader.get(url).status_code == 200
    refused = [reader.post(url, {"phone": PHONE}), reader.delete(f"{url}{pk}/")]
    refused.append(reader.post(f"{url}import/", b"phone\n", content_type=CSV))
    assert [answer.status_code for answer in refused] == [403, 403, 403]


def test_a_mailing_says_who_was_left_out_of_it(api: Api) -> None:
    body = {"text": "x", "start_at": now().isoformat(), "end_at": (now() + timedelta(days=1)).isoformat()}
    mailing = body_of(api.post("/api/mailings/", {**body, "topic": " news ", "requires_consent": True}))
    assert (mailing["topic"], mailing["requires_consent"], mailing["ignores_opt_outs"]) == (
        "news",
        True,
        False,
    )
    assert mailing["excluded"] == {"opted_out": 0, "no_consent": 0, "no_value": 0}
    path = f"/api/mailings/{mailing['id']}/"
    assert body_of(api.patch(path, {"topic": "offers"}))["topic"] == "offers"
    assert body_of(api.get(f"{path}info/"))["excluded"] == mailing["excluded"]
    assert body_of(api.get("/api/mailings/fullinfo/"))["results"][0]["excluded"] == mailing["excluded"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("topic", "x" * 65), ("topic", "a\tb"), ("requires_consent", "yes"), ("ignores_opt_outs", 1)],
    ids=str,
)
def test_a_mailing_refuses_bad_terms_with_their_place(api: Api, field: str, value: Any) -> None:
    body = {"text": "x", "start_at": now().isoformat(), "end_at": (now() + timedelta(days=1)).isoformat()}
    answer = api.post("/api/mailings/", {**body, field: value})
    assert (answer.status_code, list(errors_of(answer))) == (400, [f"#/{field}"])


def test_what_a_mailing_is_about_is_fixed_once_it_has_started(api: Api) -> None:
    mailing = make_running_mailing()
    for change in ({"topic": "x"}, {"requires_consent": True}):
        assert api.patch(f"/api/mailings/{mailing.pk}/", change).status_code == 409


def test_only_an_administrator_may_have_a_mailing_ignore_opt_outs(api: Api, admin: Api) -> None:
    body = {"text": "x", "start_at": now().isoformat(), "end_at": (now() + timedelta(days=1)).isoformat()}
    refused = api.post("/api/mailings/", {**body, "ignores_opt_outs": True})
    assert refused.status_code == 403
    assert "scope `admin`" in body_of(refused)["detail"]
    path = f"/api/mailings/{body_of(api.post('/api/mailings/', body))['id']}/"
    assert api.patch(path, {"ignores_opt_outs": True}).status_code == 403
    assert api.put(path, {**body, "ignores_opt_outs": True}).status_code == 403
    assert body_of(admin.patch(path, {"ignores_opt_outs": True}))["ignores_opt_outs"] is True
    assert Entry.objects.get(action="mailing.changed").changes == {"ignores_opt_outs": [False, True]}
    assert api.patch(path, {"text": "y", "ignores_opt_outs": True}).status_code == 200  # as it is
    assert admin.post("/api/mailings/", {**body, "ignores_opt_outs": True}).status_code == 201


def test_an_audience_is_counted_with_who_would_be_left_out(reader: Api) -> None:
    make_opt_out(make_client().phone, "news")
    make_client()
    url = "/api/mailings/audience/"
    assert body_of(reader.post(url, {})) == {"clients": 2, "excluded": {"opted_out": 0, "no_consent": 0}}
    asked = {"topic": "news", "requires_consent": True, "operator_codes": ["900"]}
    assert body_of(reader.post(url, asked)) == {
        "clients": 0,
        "excluded": {"opted_out": 1, "no_consent": 1},
    }
    assert list(errors_of(reader.post(url, {"topic": "x" * 65}))) == ["#/topic"]


def test_a_deleted_and_imported_client_stays_opted_out(api: Api) -> None:
    client = make_client(phone=PHONE)
    api.post(OPT_OUTS, {"phone": PHONE})
    api.delete(f"/api/clients/{client.pk}/")
    api.post("/api/clients/import/", f"phone,timezone\n{PHONE},Asia/Omsk\n".encode(), content_type=CSV)
    assert body_of(api.post("/api/mailings/audience/", {}))["excluded"]["opted_out"] == 1
    assert not Message.objects.exists()
