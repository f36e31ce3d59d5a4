"""All that is known of one person, and the proof for one message."""

from datetime import UTC, datetime, timedelta

import pytest

from notification_service.audit.models import Entry
from notification_service.directory.models import Client, ClientUpload, Consent, OptOut, RejectedLine
from notification_service.mailings.models import Attempt, Message
from notification_service.mailings.personal_data import FIELDS, SECTIONS
from tests.api.answers import body_of
from tests.api.conftest import Api
from tests.factories import mailing_of, make_client, make_message

pytestmark = pytest.mark.django_db

SENT_AT = datetime(2030, 1, 31, 6, 0, tzinfo=UTC)
PHONE = "79161234567"


def sent_message() -> Message:
    client = make_client(phone=PHONE, timezone="Asia/Omsk", tags=["vip"], attributes={"name": "Anna"})
    message = make_message(client=client, status="sent", sent_at=SENT_AT)
    Attempt.objects.create(
        message=message,
        mailing=message.mailing,
        number=1,
        at=SENT_AT,
        outcome="retry",
        reason="http_status",
        reason_number=503,
        http_status=503,
        response=f"{PHONE}: busy",
    )
    return message


def test_an_export_has_all_that_is_known_of_the_client_and_nothing_of_others(api: Api) -> None:
    message = sent_message()
    make_message(status="sent", sent_at=SENT_AT)
    upload = ClientUpload.objects.create(rejected=2, rejected_kept=2)
    for line, content in ((2, "8 916 123-45-67,Mars"), (3, "79990000000,Mars")):
        RejectedLine.objects.create(upload=upload, line=line, content=content, reason="bad")
    api.patch(f"/api/v1/clients/{message.client_id}/", {"tags": ["vip", "new"]})
    found = body_of(api.get(f"/api/v1/clients/{message.client_id}/export/"))
    assert set(found) == set(SECTIONS)
    assert (found["client"]["phone"], found["client"]["tags"]) == (PHONE, ["vip", "new"])
    assert found["client"]["attributes"] == {"name": "Anna"}
    [shown] = found["messages"]
    assert (shown["id"], shown["text"], shown["sent_at"]) == (
        message.pk,
        mailing_of(message).text,
        "2030-01-31T06:00:00Z",
    )
    assert [each["answer"] for each in shown["failed_attempts"]] == [f"{PHONE}: busy"]
    assert [(each["action"], each["by"]) for each in found["changes"]] == [
        ("client.changed", "key"),
        ("client.data_exported", "key"),
    ]
    assert [each["line"] for each in found["rejected_lines"]] == [2]


def test_an_export_has_every_field_of_a_client() -> None:
    known = {field.name for field in Client._meta.concrete_fields} - {"tag", "deleted_at"}
    assert set(FIELDS) == known, "mailings/personal_data.py"


def test_an_export_leaves_an_entry_and_is_not_there_once_the_client_is_erased(api: Api) -> None:
    client = make_client()
    assert api.get(f"/api/v1/clients/{client.pk}/export/").status_code == 200
    assert Entry.objects.get(action="client.data_exported").object_id == client.pk
    api.delete(f"/api/v1/clients/{client.pk}/")
    assert api.get(f"/api/v1/clients/{client.pk}/export/").status_code == 404


def test_a_proof_says_to_whom_and_when_by_their_clock_and_what_the_gateway_said(api: Api) -> None:
    message = sent_message()
    proof = body_of(api.get(f"/api/v1/messages/{message.pk}/proof/"))
    assert (proof["phone"], proof["phone_changed_since"], proof["status"]) == (PHONE, False, "sent")
    assert (proof["sent_at"], proof["sent_at_local"]) == ("2030-01-31T06:00:00Z", "2030-01-31T12:00:00+06:00")
    assert proof["text"] == mailing_of(message).text
    assert [each["error"] for each in proof["failed_attempts"]] == ["HTTP 503"]
    assert proof["consent"] is None


def test_a_proof_says_that_the_client_has_got_another_phone_since(api: Api) -> None:
    message = make_message(status="sent", sent_at=datetime(2020, 1, 1, tzinfo=UTC))
    api.patch(f"/api/v1/clients/{message.client_id}/", {"timezone": "Asia/Tokyo"})
    assert body_of(api.get(f"/api/v1/messages/{message.pk}/proof/"))["phone_changed_since"] is False
    api.patch(f"/api/v1/clients/{message.client_id}/", {"phone": "79990000000"})
    assert body_of(api.get(f"/api/v1/messages/{message.pk}/proof/"))["phone_changed_since"] is True


def test_of_an_erased_client_a_proof_keeps_the_outcome_alone(api: Api) -> None:
    message = sent_message()
    api.delete(f"/api/v1/clients/{message.client_id}/")
    proof = body_of(api.get(f"/api/v1/messages/{message.pk}/proof/"))
    assert (proof["status"], proof["sent_at"]) == ("sent", "2030-01-31T06:00:00Z")
    for name in ("phone", "phone_changed_since", "timezone", "sent_at_local"):
        assert proof[name] is None, name
    assert [each["answer"] for each in proof["failed_attempts"]] == [None]


def test_an_export_has_the_opt_outs_and_consents_of_the_phone(api: Api) -> None:
    client = make_client(phone=PHONE)
    for phone in (PHONE, "79991112233"):
        OptOut.objects.create(phone=phone, topic="news", reason="asked", withdrawn_at=SENT_AT)
        Consent.objects.create(phone=phone, given_at=SENT_AT, evidence="form 3")
    found = body_of(api.get(f"/api/v1/clients/{client.pk}/export/"))
    assert [(each["topic"], each["reason"]) for each in found["opt_outs"]] == [("news", "asked")]
    assert [(each["topic"], each["evidence"]) for each in found["consents"]] == [("", "form 3")]


def test_a_proof_has_the_consent_that_was_in_force_when_the_message_was_sent(api: Api) -> None:
    message = sent_message()
    earlier, later = SENT_AT - timedelta(days=1), SENT_AT + timedelta(days=1)
    Consent.objects.create(phone=PHONE, given_at=earlier, revoked_at=earlier, evidence="revoked before")
    Consent.objects.create(phone=PHONE, given_at=earlier, revoked_at=later, evidence="of that day")
    Consent.objects.create(phone=PHONE, given_at=later, evidence="given since")
    proof = body_of(api.get(f"/api/v1/messages/{message.pk}/proof/"))
    assert proof["consent"]["evidence"] == "of that day"
