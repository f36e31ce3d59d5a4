import time
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notification_service.access.models import ApiKey
from notification_service.access.rate_limit import RateLimit
from tests.api.conftest import Api

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """Far from the minute's end, so that no test sees two of them."""
    while time.time() % 60 > 55:
        time.sleep(0.1)
    monkeypatch.setattr(RateLimit, "_parts", {})


def test_requests_over_the_limit_answer_429_with_a_retry_after(settings: Any, reader: Api) -> None:
    settings.API_RATE_LIMIT = 25
    answers = [reader.get("/api/") for _ in range(27)]
    assert [answer.status_code for answer in answers] == [200] * 25 + [429] * 2
    assert answers[-1]["Content-Type"] == "application/problem+json"
    assert answers[-1].json()["title"] == "Too Many Requests"
    assert 1 <= int(answers[-1]["Retry-After"]) <= 60


def test_web_processes_together_keep_to_the_limit(
    settings: Any, reader: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.API_RATE_LIMIT = 50
    allowed = 0
    memories: list[dict[str, Any]] = [{}, {}, {}]
    for turn in range(90):
        monkeypatch.setattr(RateLimit, "_parts", memories[turn % 3])
        allowed += reader.get("/api/").status_code == 200
    assert allowed == 50


def test_each_key_has_a_rate_limit_of_its_own(settings: Any, reader: Api, api: Api) -> None:
    settings.API_RATE_LIMIT = 1
    assert [reader.get("/api/").status_code for _ in range(2)] == [200, 429]
    assert api.get("/api/").status_code == 200


def test_an_import_counts_towards_the_rate_limit(settings: Any, api: Api) -> None:
    settings.API_RATE_LIMIT = 1
    api.get("/api/")
    answer = api.send("POST", "/api/clients/import/", b"", content_type="text/csv")
    assert answer.status_code == 429


def test_a_new_minute_allows_the_whole_limit_again(
    settings: Any, reader: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.API_RATE_LIMIT = 1
    assert [reader.get("/api/").status_code for _ in range(2)] == [200, 429]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE access_rate_limit SET minute = minute - interval '1 minute'")
    monkeypatch.setattr(RateLimit, "_parts", {})
    assert reader.get("/api/").status_code == 200


def test_a_limit_of_zero_limits_nothing(settings: Any, reader: Api) -> None:
    settings.API_RATE_LIMIT = 0
    with CaptureQueriesContext(connection) as queries:
        assert {reader.get("/api/").status_code for _ in range(20)} == {200}
    assert not [query for query in queries if "allowance" in query["sql"]]


def test_a_thousand_requests_write_to_the_database_at_most_twenty_times(settings: Any, reader: Api) -> None:
    settings.API_RATE_LIMIT = 1200
    ApiKey.objects.update(last_used_at=None)
    with CaptureQueriesContext(connection) as queries:
        for _ in range(1000):
            reader.get("/api/")
    assert len([query for query in queries if "allowance" in query["sql"]]) <= 20
