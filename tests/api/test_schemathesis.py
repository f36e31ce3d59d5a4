"""Schemathesis reads the document and finds nothing in the service that differs from it."""

import itertools
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connection
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from schemathesis import HookContext

from notification_service.api.openapi.examples import FILES
from notification_service.api.pagination import write_cursor
from tests.depth import IS_DEEP, examples
from tests.factories import make_client, make_mailing, make_message

ROWS = 50
numbers = itertools.count(1)

OFFSETS = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 28), timezones=OFFSETS)
ZONES = ("Europe/Moscow", "Asia/Kathmandu", "Pacific/Chatham", "Etc/GMT+12", "UTC")
schemathesis.openapi.format("iana-time-zone", st.sampled_from(ZONES))
schemathesis.openapi.format("date-time", MOMENTS.map(datetime.isoformat))
schemathesis.openapi.format("cursor", st.integers(1, 100).map(lambda n: write_cursor("-id", n)))


for media_type, file in FILES.items():  # text that is not such a file is refused, as it should be
    schemathesis.openapi.media_type(media_type, st.just(file.encode()))

schema = schemathesis.openapi.from_wsgi("/openapi.json", get_wsgi_application())


@pytest.fixture
def _same_connection() -> Iterator[None]:
    """The test's transaction is on a connection that the end of a request would close."""
    ends = (request_started, request_finished)
    for end in ends:
        end.disconnect(close_old_connections)
    yield
    for end in ends:
        end.connect(close_old_connections)


@pytest.fixture
def rows(db: None, _same_connection: None) -> None:
    for n in range(1, ROWS + 1):
        make_message(make_mailing(pk=n), make_client(pk=n), pk=n)
    with connection.cursor() as cursor:
        for table in ("directory_client", "mailings_mailing", "mailings_message"):
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), %s)", [ROWS])


@schema.hook("map_case")
def make_acceptable(context: HookContext, case: Any) -> Any:
    """Keep what no schema can say, in the requests that are to be accepted; the others stay as they are."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return case
    if case.path_parameters:
        case.path_parameters["id"] = int(case.path_parameters["id"]) % ROWS + 1  # one that exists
    if isinstance(case.body, dict):
        case.body = {name: FITS[name](value) if name in FITS else value for name, value in case.body.items()}
    if case.headers:
        case.headers.pop("If-Match", None)  # of nothing that it read
    if case.headers and "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = f"key {next(numbers)}"  # one key stands for one body
    if case.query and "cursor" in case.query:
        case.query["cursor"] = _cursor_for(case.query.get("ordering", "-id"))
    return case


def _cursor_for(ordering: str) -> str:
    return write_cursor(ordering, "79161234567" if "phone" in ordering else 10)


def _window_that_opens(window: Any) -> Any:
    is_closed = window and window["from"][:5] == window["to"][:5]
    return {"from": "09:00", "to": "21:00"} if is_closed else window


FITS: dict[str, Callable[[Any], Any]] = {
    "phone": lambda _: str(79_500_000_000 + next(numbers)),  # no other client's
    "start_at": lambda _: "2020-02-02T02:02:02.5+05:30",
    "end_at": lambda _: "2900-01-01T00:00:00-03:00",  # after the start, and not past
    "send_window": _window_that_opens,
    "gateway": lambda name: name and "main",  # one that exists
}


@schema.parametrize()
@settings(
    max_examples=examples(20), deadline=None, derandomize=not IS_DEEP, suppress_health_check=list(HealthCheck)
)
def test_the_api_conforms_to_its_openapi_document(case: Any, rows: None, write_key: str) -> None:
    case.call_and_validate(headers={"Authorization": f"Bearer {write_key}"})
