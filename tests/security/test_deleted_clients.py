"""Nothing of a deleted client is left in any table but the id, and what docs/security.md names."""

import re
import uuid

import pytest
from django.db import connection

from notification_service.access.models import ApiKey
from notification_service.directory.models import Client, ClientUpload, RejectedLine
from notification_service.mailings.models import Gateway, TestSend
from notification_service.mailings.receipts import Receipt, record_receipts
from notification_service.mailings.replies import keep_reply
from tests.api.answers import body_of
from tests.api.conftest import Api
from tests.factories import consent, make_attempt, make_client, make_message, now, opt_out
from tests.security.test_phones import PHONE, _visitor

pytestmark = pytest.mark.django_db

NAME, TAG = "Аделаида", "only-hers"
QUOTED = f'{{"error": "{NAME} does not want it", "phone": {PHONE}}}'
CLIENT = {"phone": PHONE, "timezone": "Europe/Moscow", "tag": TAG, "attributes": {"name": NAME}}


@pytest.fixture
def api() -> Api:
    return Api(ApiKey.issue(name="shop", scope="write", pii=True)[1])


def _everything_written() -> dict[str, str]:
    """All rows of every table as text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        found = {}
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT coalesce(string_agg(t::text, chr(10)), '') FROM \"{table}\" AS t")
            found[table] = cursor.fetchone()[0]
    return found


def _is_in(text: str) -> bool:
    is_named = NAME in text or NAME.encode("unicode-escape").decode() in text or TAG in text
    return is_named or any(PHONE[1:] in re.sub(r"\D", "", line) for line in text.split("\n"))


def _rejected_lines() -> None:
    upload = ClientUpload.objects.create(file_name="clients.csv", status="finished", uploaded_by="anna")
    for number, content in enumerate(
        (f"{PHONE},{NAME}", f"{NAME};8 (926) 183–04–75;x", "79160000000,Anna"), 1
    ):
        reason = (
            f'timezone must be the IANA name of a time zone, such as Europe/Moscow, not "{content[:40]}".'
        )
        RejectedLine.objects.create(upload=upload, line=number, reason=reason, content=content)


def _test_of_a_text(api: Api, client_id: int) -> None:
    """It ends, as every test does, before anybody looks."""
    body = {"text": "{{name}}, {{phone}}, {{tag}}", "client": client_id}
    made = api.post("/api/v1/mailings/test/", body, **{"Idempotency-Key": "test"})
    assert (made.status_code, _is_in(made.content.decode())) == (201, True)
    test_send = TestSend.objects.get(pk=body_of(made)["id"])
    request = f"POST /\n\n{test_send.text}"
    TestSend.objects.filter(pk=test_send.pk).update(phone="", text="", status="failed", request=request)


def test_nothing_of_a_deleted_client_is_left_in_any_table(api: Api) -> None:
    client_id = body_of(api.post("/api/clients/", CLIENT))["id"]
    api.patch(f"/api/clients/{client_id}/", {"phone": "79160000001"})
    api.patch(f"/api/clients/{client_id}/", {"phone": PHONE})
    message = make_message(client=Client.objects.get(), status="failed", error="HTTP 400", attempts=1)
    make_attempt(message, response=QUOTED)
    main = Gateway.objects.get()
    record_receipts(main.pk, [Receipt("undelivered", message_id=message.pk, reason=f"{NAME} is away")])
    keep_reply(main, phone=PHONE, text=f"{NAME} said so", at=now())
    _rejected_lines()
    made = {"id": 1, "key": uuid.uuid4(), "status": "failed", "response": QUOTED, "finished_at": now()}
    TestSend.objects.create(gateway_id=main.pk, **made)
    _test_of_a_text(api, client_id)
    operator = _visitor("operator")
    for address in ("/clients.csv", "/messages.csv", "/clients/", "/search/"):
        operator.get(address, {"phone": PHONE, "q": PHONE})
    assert api.delete(f"/api/clients/{client_id}/").status_code == 204
    assert [table for table, text in _everything_written().items() if _is_in(text)] == []


def test_a_no_outlives_its_client_and_so_does_a_consent(api: Api) -> None:
    client_id = body_of(api.post("/api/clients/", CLIENT))["id"]
    opt_out(PHONE)
    consent(PHONE, given_at=now())
    assert api.delete(f"/api/clients/{client_id}/").status_code == 204
    kept = sorted(table for table, text in _everything_written().items() if _is_in(text))
    assert kept == ["directory_consent", "directory_optout"]


def test_a_rejected_line_of_a_deleted_client_says_only_that_it_was_there(api: Api) -> None:
    client = make_client(phone=PHONE)
    _rejected_lines()
    api.delete(f"/api/clients/{client.pk}/")
    kept = RejectedLine.objects.order_by("line").values_list("content", "reason")
    assert list(kept[:2]) == [("", ""), ("", "")]
    assert kept[2][0] == "79160000000,Anna"
