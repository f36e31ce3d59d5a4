from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any

import pytest
from django.core import signing
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notification_service.api.pagination import write_cursor
from notification_service.mailings.models import Mailing, Message
from tests.api.answers import body_of, errors_of
from tests.api.conftest import Api
from tests.factories import make_client, make_gateway, make_mailing, make_message

pytestmark = pytest.mark.django_db


def test_next_and_previous_links_lead_through_the_whole_list_and_back(reader: Api) -> None:
    ids = [make_client().pk for _ in range(5)][::-1]
    pages = [body_of(reader.get("/api/clients/", page_size=2))]
    while pages[-1]["next"]:
        pages.append(body_of(reader.http.get(pages[-1]["next"])))
    assert [[row["id"] for row in page["results"]] for page in pages] == [ids[:2], ids[2:4], ids[4:]]
    assert pages[0]["previous"] is None
    back = body_of(reader.http.get(pages[2]["previous"]))
    start = body_of(reader.http.get(back["previous"]))
    assert [back["results"], start["results"]] == [pages[1]["results"], pages[0]["results"]]
    assert start["previous"] is None


@pytest.mark.parametrize("ordering", ["id", "-id", "phone", "-phone"])
def test_a_list_has_pages_in_every_order(api: Api, ordering: str) -> None:
    for _ in range(3):
        make_client()
    whole = body_of(api.get("/api/clients/", ordering=ordering))["results"]
    page = body_of(api.get("/api/clients/", ordering=ordering, page_size=2))
    rest = body_of(api.http.get(page["next"]))
    assert page["results"] + rest["results"] == whole


def test_the_next_page_keeps_the_filter(reader: Api) -> None:
    for tag in ("vip", "", "vip", "", "vip"):
        make_client(tag=tag)
    page = body_of(reader.get("/api/clients/", tag="vip", page_size=2))
    rest = body_of(reader.http.get(page["next"]))
    assert [row["tag"] for row in page["results"] + rest["results"]] == ["vip"] * 3


def test_a_new_client_neither_repeats_nor_hides_rows_of_later_pages(reader: Api) -> None:
    ids = [make_client().pk for _ in range(4)][::-1]
    page = body_of(reader.get("/api/clients/", page_size=2))
    make_client()
    rest = body_of(reader.http.get(page["next"]))
    assert [row["id"] for row in page["results"] + rest["results"]] == ids


@pytest.mark.parametrize("size", ["0", "1001", "-1", "ten", "", "1.5", "٣", "9" * 5000, "1\x00"])
def test_a_page_size_outside_1_to_1000_is_refused(reader: Api, size: str) -> None:
    answer = reader.get("/api/clients/", page_size=size)
    assert (answer.status_code, list(errors_of(answer))) == (400, ["?page_size"])


OURS = write_cursor("-id", "1")
FOREIGN = {  # named, for each process has a key of its own
    "cut": OURS[:-1],
    "longer": OURS + "=",
    "another beginning": f"x{OURS}",
    "another time": OURS.replace(":", ":x"),
    "another value": f"{urlsafe_b64encode(b'[1]').decode()}:{OURS.partition(':')[2]}",
    "with a time": signing.dumps(["-id", "1", False]),
    "signed for something else": signing.Signer(salt="other").sign_object(["-id", "1", False]),
    "of another order": write_cursor("id", "1"),
    "of another field": write_cursor("phone", "79161234567"),
}


@pytest.mark.parametrize(
    "cursor",
    [
        *("", "x", "%", "ключ", "\x00", ":", "A" * 10_000, "cD0y"),
        *(pytest.param(cursor, id=name) for name, cursor in FOREIGN.items()),
    ],
)
def test_a_malformed_or_foreign_cursor_is_refused(reader: Api, cursor: str) -> None:
    answer = reader.get("/api/clients/", cursor=cursor)
    assert (answer.status_code, list(errors_of(answer))) == (400, ["?cursor"])


def test_a_cursor_past_the_end_gives_an_empty_page(reader: Api) -> None:
    make_client()
    body = body_of(reader.get("/api/clients/", ordering="id", cursor=write_cursor("id", 2**63 - 1)))
    assert body == {"next": None, "previous": None, "results": []}


def mailing_of_its_own_gateway() -> Mailing:
    return make_mailing(gateway=make_gateway())


def message_of_its_own_gateway() -> Message:
    return make_message(gateway=make_gateway(), status="sent")


@pytest.mark.parametrize(
    ("path", "make"),
    [
        ("/api/clients/", make_client),
        ("/api/mailings/", mailing_of_its_own_gateway),
        ("/api/mailings/fullinfo/", mailing_of_its_own_gateway),
        ("/api/messages/", message_of_its_own_gateway),
    ],
)
def test_a_list_takes_as_many_queries_for_three_rows_as_for_one_row(
    reader: Api, path: str, make: Callable[[], Any]
) -> None:
    reader.get(path)  # notes the use of the key
    counts = []
    for more in (1, 2):
        for _ in range(more):
            make()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert len(body_of(reader.get(path))["results"]) == sum(range(more + 1))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_list_of_messages_runs_no_count_query(reader: Api) -> None:
    make_message()
    with CaptureQueriesContext(connection) as queries:
        reader.get("/api/messages/", mailing=1, status="sent")
    assert [query["sql"] for query in queries if "COUNT(" in query["sql"]] == []
