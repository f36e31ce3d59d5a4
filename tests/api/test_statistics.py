import pytest

from notification_service.mailings.models import Message
from tests.api.answers import NO_MESSAGES, body_of
from tests.api.conftest import Api
from tests.factories import make_mailing, make_message
from tests.reasons import http_status

pytestmark = pytest.mark.django_db


def test_fullinfo_counts_all_messages_and_lists_each_mailing(reader: Api) -> None:
    running, scheduled = make_mailing(status="running"), make_mailing()
    make_message(mailing=running)
    make_message(mailing=running, status="sent")
    body = body_of(reader.get("/api/mailings/fullinfo/"))
    counts = {**NO_MESSAGES, "total": 2, "pending": 1, "sent": 1}
    assert body["mailings"] == {
        "total": 2,
        "scheduled": 1,
        "running": 1,
        "paused": 0,
        "finished": 0,
        "cancelled": 0,
    }
    assert body["messages"] == counts
    assert [(row["id"], row["messages"]) for row in body["results"]] == [
        (scheduled.pk, NO_MESSAGES),
        (running.pk, counts),
    ]
    assert (body["next"], body["previous"]) == (None, None)


def test_fullinfo_is_paged(reader: Api) -> None:
    mailings = [make_mailing() for _ in range(3)]
    page = body_of(reader.get("/api/mailings/fullinfo/", page_size=2))
    rest = body_of(reader.http.get(page["next"]))
    ids = [row["id"] for row in page["results"] + rest["results"]]
    assert ids == [mailing.pk for mailing in reversed(mailings)]
    assert rest["mailings"]["total"] == 3


def test_info_shows_the_counts_and_failures_of_a_mailing(reader: Api) -> None:
    mailing = make_mailing(status="running")
    good, bad = make_message(mailing=mailing), make_message(mailing=mailing)
    make_message()
    Message.objects.filter(pk=good.pk).update(status="sent", next_attempt_at=None)
    Message.objects.filter(pk=bad.pk).update(
        status="failed", next_attempt_at=None, **http_status(400).columns
    )
    body = body_of(reader.get(f"/api/mailings/{mailing.pk}/info/"))
    assert body["id"] == mailing.pk
    assert body["messages"] == {**NO_MESSAGES, "total": 2, "sent": 1, "failed": 1}
    assert [(row["sent"], row["failed"], row["retried"]) for row in body["timeline"]] == [(1, 1, 0)]
    assert body["failures"] == [
        {"reason": "HTTP 400", "code": "http_status", "code_number": 400, "messages": 1}
    ]
    assert [row["id"] for row in body["first_messages"]["results"]] == [bad.pk, good.pk]
    assert body["messages_url"] == f"http://testserver/api/messages/?mailing={mailing.pk}"


def test_the_first_messages_of_info_continue_in_the_list_of_messages(reader: Api) -> None:
    mailing = make_mailing()
    ids = [make_message(mailing=mailing).pk for _ in range(102)]
    first = body_of(reader.get(f"/api/mailings/{mailing.pk}/info/"))["first_messages"]
    rest = body_of(reader.http.get(first["next"]))
    assert [row["id"] for row in first["results"] + rest["results"]] == ids[::-1]
