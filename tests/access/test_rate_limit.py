from collections import Counter
from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from notification_service.access.models import ApiKey
from notification_service.access.rate_limit import RateLimit, RateLimitPart
from tests.api.conftest import Api

pytestmark = pytest.mark.django_db

SINGLE_PARTS = 10  # up to this limit a process takes one request at a time: a minute that ends loses none


def make_process(clock: Callable[[], float] = lambda: 0.0) -> type[RateLimit]:
    """A web process of its own; by its clock no time passes."""

    class Process(RateLimit):
        timer = staticmethod(clock)
        _parts: ClassVar[dict[str, RateLimitPart]] = {}

    return Process


def is_allowed(process: type[RateLimit], key: ApiKey) -> bool:
    request = Request(APIRequestFactory().get("/api/"))
    request.user = key  # type: ignore[assignment]
    return process().allow_request(request, APIView())


def writes_of(queries: CaptureQueriesContext) -> int:
    return len([query for query in queries if "access_rate_limit" in query["sql"]])


@pytest.fixture
def key() -> ApiKey:
    return ApiKey.issue(name="reader", scope="read")[0]


def test_requests_over_the_limit_answer_429_with_a_retry_after(settings: Any, reader: Api) -> None:
    settings.API_RATE_LIMIT = SINGLE_PARTS
    responses = [reader.get("/api/") for _ in range(SINGLE_PARTS + 2)]
    assert [response.status_code for response in responses] == [200] * SINGLE_PARTS + [429] * 2
    assert responses[-1]["Content-Type"] == "application/problem+json"
    assert responses[-1].json()["title"] == "Too Many Requests"
    assert 1 <= int(responses[-1]["Retry-After"]) <= 60
    assert responses[-1].json()["type"] == "/docs/problems/#too-many-requests"


def test_each_response_says_what_is_left_of_the_minute(settings: Any, reader: Api, stranger: Api) -> None:
    settings.API_RATE_LIMIT = SINGLE_PARTS
    responses = [reader.get("/api/v1/") for _ in range(SINGLE_PARTS + 1)]
    assert {response["RateLimit-Policy"] for response in responses} == {'"minute";q=10;w=60'}
    left = [response["RateLimit"].split(";")[1] for response in responses]
    assert left == [f"r={n}" for n in (*reversed(range(SINGLE_PARTS)), 0)]
    assert 1 <= int(responses[-1]["RateLimit"].partition("t=")[2]) <= 60
    assert "RateLimit" not in stranger.get("/api/v1/").headers
    settings.API_RATE_LIMIT = 0
    assert "RateLimit" not in reader.get("/api/v1/").headers


def test_the_quota_counts_what_other_processes_have_left_in_the_database(settings: Any, reader: Api) -> None:
    settings.API_RATE_LIMIT = 1000
    assert reader.get("/api/v1/")["RateLimit"].split(";")[1] == "r=999"


def test_web_processes_together_keep_to_the_limit(settings: Any, key: ApiKey) -> None:
    settings.API_RATE_LIMIT = 50
    processes = [make_process() for _ in range(3)]
    verdicts = Counter(is_allowed(processes[turn % 3], key) for turn in range(90))
    assert verdicts == {True: 50, False: 40}


def test_each_key_has_a_rate_limit_of_its_own(settings: Any, reader: Api, api: Api) -> None:
    settings.API_RATE_LIMIT = 1
    assert [reader.get("/api/").status_code for _ in range(2)] == [200, 429]
    assert api.get("/api/").status_code == 200


def test_an_import_counts_towards_the_rate_limit(settings: Any, api: Api) -> None:
    settings.API_RATE_LIMIT = 1
    api.get("/api/")
    response = api.send("POST", "/api/clients/import/", b"", content_type="text/csv")
    assert response.status_code == 429


def test_a_new_minute_allows_the_whole_limit_again(settings: Any, key: ApiKey) -> None:
    settings.API_RATE_LIMIT = 1
    seconds = [0.0]
    process = make_process(lambda: seconds[0])
    assert [is_allowed(process, key) for _ in range(2)] == [True, False]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE access_rate_limit SET minute = minute - interval '1 minute'")
    seconds[0] = 60.0
    assert [is_allowed(process, key) for _ in range(2)] == [True, False]


def test_a_limit_of_zero_limits_nothing(settings: Any, reader: Api) -> None:
    settings.API_RATE_LIMIT = 0
    with CaptureQueriesContext(connection) as queries:
        assert {reader.get("/api/").status_code for _ in range(20)} == {200}
    assert writes_of(queries) == 0


def test_a_thousand_requests_write_to_the_database_at_most_twenty_times(settings: Any, key: ApiKey) -> None:
    settings.API_RATE_LIMIT = 1200
    process = make_process()
    with CaptureQueriesContext(connection) as queries:
        assert all(is_allowed(process, key) for _ in range(1000))
    assert 1 <= writes_of(queries) <= 20
