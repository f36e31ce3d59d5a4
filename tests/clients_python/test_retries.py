"""What either client sends again, and when, through a proxy that fails."""

from datetime import UTC, datetime
from typing import Any

import pytest

from notification_service.directory.models import Client
from notification_service.mailings.models import Mailing
from notification_service_client import (
    NoResponseError,
    RateLimitedError,
    Retries,
    UnavailableError,
    UnexpectedResponseError,
)
from notification_service_client.retries import retry_after
from tests.clients_python.faulty_proxy import FaultyProxy, lose_response, refuse
from tests.clients_python.program import Program
from tests.clients_python.test_calls import BORIS, SALE
from tests.factories import make_client, make_mailing
from tests.ports import free_port

NOW = datetime(2030, 1, 1, tzinfo=UTC)
AT_ONCE = {"Retry_After": "0"}


def keys(proxy: FaultyProxy) -> list[str | None]:
    return [seen.headers["Idempotency-Key"] for seen in proxy.seen]


@pytest.mark.parametrize("fault", [lose_response, refuse(503, **AT_ONCE)], ids=["lost response", "503"])
def test_a_mailing_that_is_sent_again_is_made_once(
    through_proxy: Program, proxy: FaultyProxy, fault: Any
) -> None:
    proxy.faults = [fault]
    made = through_proxy.do("mailings", "create", **SALE)
    assert list(Mailing.objects.values_list("pk", flat=True)) == [made.id]
    assert len(keys(proxy)) == 2
    assert len(set(keys(proxy))) == 1


def test_two_mailings_have_two_keys(through_proxy: Program, proxy: FaultyProxy) -> None:
    through_proxy.do("mailings", "create", **SALE)
    through_proxy.do("mailings", "create", **SALE, idempotency_key="spring-sale")
    assert keys(proxy)[1] == "spring-sale" != keys(proxy)[0]
    assert Mailing.objects.count() == 2


def test_a_client_whose_response_was_lost_is_made_once(through_proxy: Program, proxy: FaultyProxy) -> None:
    proxy.faults = [lose_response]
    made = through_proxy.do("clients", "create", **BORIS)
    assert list(Client.objects.values_list("pk", flat=True)) == [made.id]


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_list_goes_on_after_a_page_that_failed(
    through_proxy: Program, proxy: FaultyProxy, status: int
) -> None:
    made = [make_client(phone=f"7916000000{number}").pk for number in range(3)]
    proxy.faults = [refuse(status, **AT_ONCE)]
    rows = through_proxy.do("clients", "list", page_size=2, ordering="id")
    assert ([row.id for row in rows], len(proxy.seen)) == (made, 3)


def test_a_change_that_may_have_been_made_is_not_sent_again(
    through_proxy: Program, proxy: FaultyProxy
) -> None:
    client = make_client(tag="old")
    proxy.faults = [lose_response]
    with pytest.raises(NoResponseError):
        through_proxy.do("clients", "update", client.pk, tag="new")
    proxy.faults = [refuse(503, **AT_ONCE)]
    with pytest.raises(UnavailableError) as raised:
        through_proxy.do("clients", "delete", client.pk)
    assert (raised.value.status, raised.value.detail) == (503, "<h1>not now</h1>")
    assert [seen.method for seen in proxy.seen] == ["PATCH", "DELETE"]


def test_a_change_of_what_was_read_is_sent_again(through_proxy: Program, proxy: FaultyProxy) -> None:
    client = through_proxy.do("clients", "get", make_client(tag="old").pk)
    mailing = through_proxy.do("mailings", "get", make_mailing(status="running").pk)
    proxy.faults = [lose_response]
    assert through_proxy.do("clients", "update", client, tag="new").tag == "new"
    proxy.faults = [lose_response]
    assert through_proxy.do("mailings", "pause", mailing).status == "paused"


def test_a_change_that_was_turned_away_is_sent_again(through_proxy: Program, proxy: FaultyProxy) -> None:
    proxy.faults = [refuse(429, **AT_ONCE)]
    assert through_proxy.do("clients", "update", make_client().pk, tag="new").tag == "new"


def test_the_wait_is_what_the_service_asked_for(through_proxy: Program, proxy: FaultyProxy) -> None:
    proxy.faults = [refuse(429, Retry_After="1")]
    assert through_proxy.do("clients", "list") == []
    first, second = proxy.seen
    assert second.at - first.at >= 1


def test_a_wait_that_is_too_long_is_the_programs_own(through_proxy: Program, proxy: FaultyProxy) -> None:
    proxy.faults = [refuse(429, Retry_After="3600")]
    with pytest.raises(RateLimitedError):
        through_proxy.do("clients", "list")
    assert len(proxy.seen) == 1


def test_attempts_come_to_an_end(kind: str, proxy: FaultyProxy) -> None:
    proxy.faults = [refuse(503, **AT_ONCE) for _ in range(3)]
    retries = Retries(attempts=3)
    with Program(kind, proxy.url, "key", retries=retries) as program, pytest.raises(UnavailableError):
        program.do("clients", "list")
    assert len(proxy.seen) == 3


def test_a_service_that_is_not_there_is_named(kind: str) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    retries = Retries(attempts=2, first_wait_seconds=0)
    with Program(kind, url, "key", retries=retries) as program, pytest.raises(NoResponseError, match=url):
        program.do("clients", "delete", 1)


def test_a_page_of_something_else_is_no_response(through_proxy: Program, proxy: FaultyProxy) -> None:
    for arguments in (("clients", "list"), ("clients", "get", 1)):
        proxy.faults = [refuse(200)]
        with pytest.raises(UnexpectedResponseError):
            through_proxy.do(*arguments)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (None, None),
        ("7", 7),
        ("soon", None),
        ("Tue, 01 Jan 2030 00:00:30 GMT", 30),
        ("Mon, 31 Dec 2029 00:00:00 GMT", 0),
    ],
)
def test_retry_after_is_seconds_or_a_date(text: str | None, seconds: float | None) -> None:
    assert retry_after(text, now=NOW) == seconds


@pytest.mark.parametrize(("attempt", "most"), [(1, 0.5), (2, 1), (4, 4), (20, 60)])
def test_the_wait_doubles_up_to_the_longest(attempt: int, most: float) -> None:
    wait = Retries(attempts=100)._backoff(attempt)
    assert most / 2 <= wait <= most
