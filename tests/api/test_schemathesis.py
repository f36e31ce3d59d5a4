"""Schemathesis reads the document and finds nothing in the service that differs from it."""

import itertools
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from functools import cache
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connection
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from schemathesis import HookContext
from schemathesis.generation.feedback import FeedbackSources
from schemathesis.pytest._test_builder import build_operation_test
from schemathesis.python._constants.orchestrator import make_constants_value_source

from notification_service.api.openapi.examples import FILES
from notification_service.api.pagination import write_cursor
from notification_service.directory.rules import tag_of
from notification_service.mailings.models import Template
from tests.depth import IS_DEEP, examples
from tests.factories import make_client, make_mailing, make_message, make_segment

ROWS = 50
CASES = 80  # of an operation, besides those by chance; `make test-deep` tries all
numbers = itertools.count(1)

OFFSETS = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 28), timezones=OFFSETS)
ZONES = ("Europe/Moscow", "Asia/Kathmandu", "Pacific/Chatham", "Etc/GMT+12", "UTC")
schemathesis.openapi.format("date-time", MOMENTS.map(datetime.isoformat))
schemathesis.openapi.format("cursor", st.integers(1, 100).map(lambda n: write_cursor("-id", n)))


for media_type in (
    "text/csv",
    "application/x-ndjson",
):  # text that is no such file is refused, as it should be
    files = [examples[media_type].encode() for examples in FILES.values()]
    schemathesis.openapi.media_type(media_type, st.sampled_from(files))

schema = schemathesis.openapi.from_wsgi("/openapi.json", get_wsgi_application())


def _without_recursion(schemas: Any) -> None:
    """Generating from a schema that has itself in it takes minutes: here groups have comparisons alone."""
    *_, comparison = schemas["Condition"]["anyOf"]
    schemas["ConditionAll"]["properties"]["all"]["items"] = comparison
    schemas["ConditionAny"]["properties"]["any"]["items"] = comparison
    schemas["ConditionNot"]["properties"]["not"] = comparison


_without_recursion(schema.raw_schema["components"]["schemas"])


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
        make_message(make_mailing(pk=n), make_client(pk=n, attributes={"order": 1042}), pk=n)
        make_segment(pk=n, name="regulars" if n == ROWS else f"row {n}")
        Template.objects.create(pk=n, name=f"template {n}", text="Hello")
    tables = ("directory_client", "directory_segment", "mailings_mailing", "mailings_message")
    with connection.cursor() as cursor:
        for table in (*tables, "mailings_template"):
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), %s)", [ROWS])


@schema.hook("map_case")
def make_acceptable(context: HookContext, case: Any) -> Any:
    """Keep what no schema can say, in the requests that are to be accepted; the others stay as they are."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return case
    if case.path_parameters and "id" in case.path_parameters:
        case.path_parameters["id"] = int(case.path_parameters["id"]) % ROWS + 1  # one that exists
    if isinstance(case.body, dict):
        without = {"phone"} if "phone" in (case.path_parameters or {}) else set()  # that of the address
        without |= {"tag"} if "tags" in case.body else set()  # or the first of them
        case.body = {name: value for name, value in case.body.items() if name not in without}
        case.body = {name: FITS[name](value) if name in FITS else value for name, value in case.body.items()}
        case.body = _with_what_it_needs(case.operation, case.body)
    if case.headers:
        case.headers.pop("If-Match", None)  # of nothing that it read
    if case.headers and "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = f"key {next(numbers)}"  # one key stands for one body
    if case.query:
        _fit_query(case)
    return case


def _fit_query(case: Any) -> None:
    if "timezone" in case.query and case.operation.path == "/api/v1/imports/":
        case.query["timezone"] = ZONES[len(str(case.query["timezone"])) % len(ZONES)]
    if "cursor" in case.query:
        case.query["cursor"] = _cursor_for(case.query.get("ordering", "-id"))


def _cursor_for(ordering: str) -> str:
    return write_cursor(ordering, "79161234567" if "phone" in ordering else 10)


def _with_what_it_needs(operation: Any, body: dict[str, Any]) -> dict[str, Any]:
    if operation.path in WITH_A_TEXT and operation.method.upper() == "POST":
        return _with_a_text(body, is_test="test" in operation.path)
    is_single = operation.label == SINGLES and not _is_list(body)
    return _to_one_phone(body) if is_single else body


def _with_a_text(body: dict[str, Any], *, is_test: bool) -> dict[str, Any]:
    """Of a text and a template the one that is there; for a test, also a phone or a client."""
    given = {name: value for name, value in body.items() if name != "template"}
    return {"text": "Hello", **given} | ({"client": 1} if is_test else {})


def _is_list(body: Any) -> bool:
    return isinstance(body, dict) and "messages" in body


def _to_one_phone(body: dict[str, Any]) -> dict[str, Any]:
    """Of no client, whose zone nobody knows; to ignore opt-outs takes an administrator."""
    given = {name: value for name, value in body.items() if name != "client"}
    return {**given, "phone": "79161234567", "send_window": None, "ignores_opt_outs": False}


def _window_that_opens(window: Any) -> Any:
    return window if window is None else {**window, "from": "09:00", "to": "21:00", "holidays": "RU"}


@cache
def _constants() -> Any:
    """Values that our own code compares with."""
    return make_constants_value_source(schema)


def _operations() -> list[Any]:
    results: list[Any] = list(schema.get_all_operations())
    return [result.ok() for result in results]


def _filter_of_what_exists(found: Any) -> Any:
    """Without segments, of mailings that exist, never excluding everyone, and no larger than allowed."""
    if not isinstance(found, dict):
        return found
    kept = {name: value for name, value in found.items() if name != "segment"}
    if "where" in kept:
        kept["where"] = _short(kept["where"])
    if "outcome_of" in kept:
        kept["outcome_of"] = _outcome_that_exists(kept["outcome_of"])
    if "exclude" in kept:
        kept["exclude"] = _filter_of_what_exists(kept["exclude"]) or {"tags": ["vip"]}
    return kept


def _short(condition: Any, *, levels: int = 6) -> Any:
    """Of no more levels and comparisons than a filter may have."""
    if "field" in condition or levels == 1:
        return condition if "field" in condition else {"field": "tags", "op": "exists", "value": True}
    ((kind, inner),) = condition.items()
    if kind == "not":
        return {kind: _short(inner, levels=levels - 1)}
    return {kind: [_short(member, levels=levels - 1) for member in inner[:2]]}


def _outcome_that_exists(outcome: Any) -> Any:
    return {**outcome, "mailing": int(outcome["mailing"]) % ROWS + 1}


SINGLES = "POST /api/v1/messages/"
WITH_A_TEXT = {
    "/api/v1/mailings/",
    "/api/v1/mailings/forecast/",
    "/api/v1/mailings/preview/",
    "/api/v1/mailings/test/",
}
FITS: dict[str, Callable[[Any], Any]] = {
    "phone": lambda _: str(79_500_000_000 + next(numbers)),  # no other client's
    "start_at": lambda _: "2020-02-02T02:02:02.5+05:30",
    "end_at": lambda _: "2900-01-01T00:00:00-03:00",  # after the start, and not past
    "given_at": lambda _: "2020-02-02T02:02:02.5+05:30",  # not in the future
    "send_window": _window_that_opens,
    "text": lambda text: text.replace("{{", "{ {"),  # without placeholders that nobody has values for
    "ignores_contact_hours": lambda _: False,  # which takes an administrator
    "timezone": lambda name: ZONES[len(str(name)) % len(ZONES)],
    "zones": lambda found: dict.fromkeys(found, "UTC"),
    "tags": lambda tags: list(dict.fromkeys(map(tag_of, tags))),  # that do not only look different
    "gateway": lambda name: name and "main",  # one that exists
    "name": lambda _: f"segment {next(numbers)}",  # no other segment's
    "filter": _filter_of_what_exists,
    "where": _short,
    "segment": lambda _: "regulars",
    "outcome_of": _outcome_that_exists,
    "exclude": lambda found: _filter_of_what_exists(found) or {"tags": ["vip"]},
}


@pytest.mark.parametrize("operation", _operations(), ids=lambda operation: operation.label)
def test_the_api_conforms_to_its_openapi_document(operation: Any, rows: None, write_key: str) -> None:
    """As `schema.parametrize()` does, whose cases every process of a whole run would make: 5 s each."""

    @settings(
        max_examples=examples(8),
        deadline=None,
        derandomize=not IS_DEEP,
        suppress_health_check=list(HealthCheck),
    )
    def conforms(case: Any) -> None:
        if case.path.endswith("/import/") and not case.meta.generation.mode.is_positive:
            return  # a row that is no client is rejected alone, in an answer that is a success
        if operation.label == SINGLES and not case.meta.generation.mode.is_positive and _is_list(case.body):
            return  # and so is a message of a list
        if case.path.endswith("/bulk-actions/") and _tag_does_not_fit(case.body):
            return
        file = FILES.get(operation.definition.raw["operationId"], {}).get(case.media_type)
        if isinstance(file, str) and case.body != file.encode():
            return  # that of another import
        headers = {"Authorization": f"Bearer {write_key}"}
        # Its client for WSGI asks for gzip and does not read it.
        case.call_and_validate(headers={**headers, "Accept-Encoding": "identity"})

    test = build_operation_test(
        config=schema.config,
        operation=operation,
        test_func=conforms,
        given_kwargs={},
        feedback=FeedbackSources(constants_value_source=_constants()),
    )
    if not IS_DEEP:
        _thin_out(test)
    test()


def _tag_does_not_fit(body: Any) -> bool:
    """A deletion has no tag, and everything else has one, which the document cannot say."""
    return isinstance(body, dict) and (body.get("action") == "delete") == ("tag" in body)


def _thin_out(test: Any) -> None:
    """A filter within a mailing makes thousands of cases. `make test-deep` tries them all."""
    cases = getattr(test, "hypothesis_explicit_examples", [])
    cases[:] = cases[:: len(cases) // CASES + 1]
