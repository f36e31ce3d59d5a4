import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from notification_service.access.phones import masked
from notification_service.console.parts.export_rows import in_order
from notification_service.directory.models import Client
from notification_service.mailings.models import Message
from tests.factories import make_client, make_message, make_messages, make_running_mailing
from tests.reasons import http_status

LogIn = Callable[[str], Browser]


def rows_of(browser: Browser, name: str, *args: Any, **query: str) -> list[dict[str, str]]:
    answer: Any = browser.get(reverse(f"console:{name}", args=args), query)
    assert answer.streaming
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


def test_an_export_of_clients_holds_the_filtered_clients(operator: Browser) -> None:
    client = make_client(tag="=1+1", attributes={"city": "Омск"})
    make_client(tag="other")
    (row,) = rows_of(operator, "export-clients", tag="=1+1")
    assert (row["phone"], row["tag"]) == (client.phone, "'=1+1")
    assert row["attributes"] == '{"city": "Омск"}'


def test_an_export_of_mailings_holds_the_filtered_mailings(operator: Browser) -> None:
    make_messages(make_running_mailing(text="Sale", tags=["a", "b"]), 3, status="sent")
    make_running_mailing(text="Other")
    (row,) = rows_of(operator, "export-mailings", q="Sale")
    assert (row["text"], row["tags"], row["total"], row["sent"]) == ("Sale", "a, b", "3", "3")


def test_an_export_of_messages_holds_the_filtered_messages(operator: Browser) -> None:
    message = make_message(status="sent")
    make_message()
    assert message.client is not None
    (row,) = rows_of(operator, "export-messages", phone=str(message.client.phone))
    assert (row["id"], row["mailing"]) == (str(message.pk), str(message.mailing_id))


def test_an_export_of_a_mailing_is_filtered_by_phone(operator: Browser) -> None:
    mailing = make_running_mailing()
    message, _other = make_messages(mailing, 2)
    assert message.client is not None
    rows = rows_of(operator, "export", mailing.pk, phone=str(message.client.phone))
    assert [row["id"] for row in rows] == [str(message.pk)]


def test_an_export_shows_why_a_message_was_not_sent(operator: Browser) -> None:
    mailing = make_running_mailing()
    for message in make_messages(mailing, 2):
        changes = {"status": "failed", **http_status(400).columns, "next_attempt_at": None}
        Message.objects.filter(pk=message.pk).update(**changes)
    assert [
        (row["error"], row["code"], row["code_number"])
        for row in rows_of(operator, "export-failures", mailing.pk)
    ] == [("HTTP 400", "http_status", "400")] * 2


def test_a_viewer_exports_no_clients_and_only_masked_phones(logged_in: LogIn) -> None:
    viewer, message = logged_in("viewer"), make_message(client=make_client(phone="79161234567"))
    assert viewer.get(reverse("console:export-clients")).status_code == 403
    assert rows_of(viewer, "export-messages")[0]["phone"] == "7916***4567"
    assert rows_of(viewer, "export", message.mailing_id)[0]["phone"] == "7916***4567"


def test_exported_times_are_in_the_operators_zone_with_its_offset(operator: Browser) -> None:
    operator.cookies["console_timezone"] = "Asia/Kamchatka"
    make_client()
    assert rows_of(operator, "export-clients")[0]["created_at"].endswith("+12:00")


@pytest.mark.django_db
def test_an_export_reads_every_row_once_in_chunks() -> None:
    made = [make_client().pk for _ in range(7)]
    chunks = list(in_order(Client.objects.all(), chunk_rows=3))
    assert [len(chunk) for chunk in chunks] == [3, 3, 1]
    assert [client.pk for chunk in chunks for client in chunk] == made


def test_a_message_of_a_deleted_client_is_exported_without_a_phone() -> None:
    assert masked("") == ""
