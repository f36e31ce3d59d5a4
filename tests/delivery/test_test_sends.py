"""A test send is one request at most, by the real adapter, within the gateway's limits, holding nothing."""

import asyncio
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection

from notification_service.delivery.gateways.probe_server import ProbeServerGateway
from notification_service.delivery.test_sends import send_waiting
from notification_service.mailings import test_sends
from notification_service.mailings.gateways import encrypt_token
from notification_service.mailings.models import Gateway, GatewayUse, TestSend
from notification_service.mailings.reasons import Reason, Why
from tests.delivery.database import config
from tests.factories import make_gateway, make_gateway_use, now
from tests.gateway_simulator.running import Simulator, simulator
from tests.provider_stand_ins import TOKENS, StandIns, phone_for, stand_ins
from tests.reasons import http_status

IN_USE = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@pytest.fixture
def desk(conninfo: str, settings: Any) -> Iterator[Simulator]:
    """It is what the gateway `main` leads to."""
    with simulator(token="token") as desk:
        settings.GATEWAY_URL, settings.GATEWAY_TOKEN = desk.url, "token"
        yield desk


@pytest.fixture
def private_addresses(settings: Any) -> None:
    settings.GATEWAY_ALLOW_PRIVATE_ADDRESSES = True


def ask() -> TestSend:
    return test_sends.request_test_send(
        uuid.uuid4(), requested_by="anna", gateway=None, phone="79161234567", text="Hello"
    )


def send(conninfo: str, **options: Any) -> TestSend:
    """Have what waits sent; answer the last of it."""
    knobs = {"request_timeout_seconds": 1.0, "connect_timeout_seconds": 0.5}
    send_waiting(config(**knobs), conninfo=conninfo, room_seconds=options.pop("room_seconds", 5.0), **options)
    return TestSend.objects.order_by("id").last() or pytest.fail("no test send")


def limit(**fields: Any) -> Gateway:
    Gateway.objects.filter(name="main").update(**fields)
    return Gateway.objects.get(name="main")


def test_a_test_send_is_requested_once_with_an_id_of_its_own(conninfo: str, desk: Simulator) -> None:
    test_send = ask()
    ended = send(conninfo)
    send(conninfo)
    [request] = desk.requests()
    assert (request["msg_id"], request["phone"], request["text"]) == (test_send.pk, 79161234567, "Hello")
    assert (ended.status, ended.response, ended.phone) == ("sent", '{"code": 0, "message": "OK"}', "")


@pytest.mark.parametrize(
    ("status", "message"),
    [(400, "Bad Request"), (503, "Service Unavailable"), (401, "Unauthorized"), (429, "too many requests")],
)
def test_a_refused_test_send_fails_with_the_reason(
    conninfo: str, desk: Simulator, status: int, message: str
) -> None:
    desk.behave(faults={str(status): 1})
    ask()
    ended = send(conninfo)
    answer = f'{{"code": {status}, "message": "{message}"}}'
    assert (ended.status, ended.why, ended.response) == ("failed", http_status(status), answer)
    assert len(desk.requests()) == 1
    assert Gateway.objects.get(name="main").held_at is None  # one test send says little about a gateway


def test_a_test_send_without_a_response_in_time_is_unknown_and_not_repeated(
    conninfo: str, desk: Simulator
) -> None:
    desk.behave(faults={"hang": 1})
    ask()
    assert (send(conninfo).status, len(desk.requests())) == ("unknown", 1)


def test_a_test_send_to_an_unreachable_gateway_fails(conninfo: str, desk: Simulator, settings: Any) -> None:
    settings.GATEWAY_URL = "http://127.0.0.1:1"
    ask()
    ended = send(conninfo)
    assert (ended.status, ended.why) == ("failed", Why(Reason.CONNECTION_REFUSED))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [({"held_at": now()}, Why(Reason.GATEWAY_HELD)), ({"enabled": False}, Why(Reason.GATEWAY_DISABLED))],
)
def test_a_held_or_disabled_gateway_gets_no_test_send(
    conninfo: str, desk: Simulator, fields: dict[str, Any], reason: Why
) -> None:
    ask()
    limit(**fields)
    ended = send(conninfo)
    assert (ended.status, ended.why, desk.requests()) == ("failed", reason, [])


def test_a_test_send_to_a_misconfigured_gateway_fails_with_the_reason(conninfo: str, desk: Simulator) -> None:
    ask()
    limit(token_variable="GATEWAY_TOKEN_THAT_NOBODY_SET", url=desk.url)
    ended = send(conninfo)
    assert (ended.status, ended.why) == ("failed", Why(Reason.GATEWAY_UNUSABLE))


def test_a_test_send_takes_a_permit_of_the_gateways_limit(conninfo: str, desk: Simulator) -> None:
    until = now() + timedelta(seconds=1)
    limit(max_requests_per_second=5, permits_until=until)
    ask()
    assert send(conninfo).status == "sent"
    assert now() >= until
    after = Gateway.objects.get(name="main").permits_until
    assert after is not None
    assert after > until


def test_a_test_send_waits_for_a_permit_for_a_limited_time(conninfo: str, desk: Simulator) -> None:
    limit(max_requests_per_second=5, permits_until=now() + timedelta(minutes=1))
    ask()
    ended = send(conninfo, room_seconds=0.5)
    assert (ended.status, ended.why, desk.requests()) == ("failed", Why(Reason.GATEWAY_BUSY), [])


def test_a_test_send_waits_for_a_quota_of_the_gateway(conninfo: str, desk: Simulator) -> None:
    main = limit(max_concurrency=1)
    other = make_gateway_use(main, quota=1, lease_expires_at=now() + timedelta(minutes=1))
    ask()
    assert (send(conninfo, room_seconds=0.5).why, desk.requests()) == (Why(Reason.GATEWAY_BUSY), [])

    GatewayUse.objects.filter(pk=other.pk).update(lease_expires_at=now())
    ask()
    assert send(conninfo).status == "sent"
    assert not GatewayUse.objects.filter(lease_expires_at__gt=now()).exists()  # its quota is given back


def test_concurrent_workers_request_each_test_send_once(conninfo: str, desk: Simulator) -> None:
    made = [ask().pk for _ in range(8)]

    def work() -> None:
        send(conninfo)
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(request["msg_id"] for request in desk.requests()) == made


def test_a_test_send_holds_no_connection_during_its_request(conninfo: str, settings: Any) -> None:
    limit(max_concurrency=5, max_requests_per_second=50)
    ask()
    connection.close()
    seen: list[int] = []

    def look(_: object) -> None:
        with psycopg.connect(conninfo) as own:
            end = time.monotonic() + 0.5  # a backend takes a moment to go after its client went
            while time.monotonic() < end and (seen[-1:] or [1]) != [0]:
                seen.append(own.execute(IN_USE).fetchall()[0][0])

    with simulator(on_request=look) as desk:
        settings.GATEWAY_URL, settings.GATEWAY_TOKEN = desk.url, "token"
        assert send(conninfo).status == "sent"
    assert seen[-1] == 0


def test_an_unreadable_header_does_not_lose_the_response(conninfo: str, settings: Any) -> None:
    taken = b'HTTP/1.1 200 OK\r\nRetry-After: \xd0\xbc\r\nContent-Length: 11\r\n\r\n{"code": 0}'

    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(taken)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=serve, args=[listener])
        server.start()
        settings.GATEWAY_URL = f"http://127.0.0.1:{listener.getsockname()[1]}"
        ask()
        assert send(conninfo).status == "sent"
        server.join()


@pytest.mark.parametrize("method", ["send", "judge"])
@pytest.mark.parametrize("error", [ValueError, KeyError, asyncio.CancelledError])
def test_a_test_send_whose_adapter_raises_may_have_been_taken(
    conninfo: str, desk: Simulator, monkeypatch: pytest.MonkeyPatch, method: str, error: type[BaseException]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(ProbeServerGateway, method, fail)
    ask()
    ended = send(conninfo)
    assert (ended.status, ended.why) == ("unknown", Why(Reason.INTERNAL_ERROR))


def test_an_error_before_the_request_fails_the_test_send_and_delays_no_other(
    conninfo: str, desk: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("notification_service.delivery.test_sends.GatewayRow.snapshot", fail)
    asked = [ask(), ask()]
    send(conninfo)
    assert {TestSend.objects.get(pk=test_send.pk).why for test_send in asked} == {Why(Reason.INTERNAL_ERROR)}
    assert (TestSend.objects.filter(status="failed").count(), desk.requests()) == (2, [])


def test_a_stopping_worker_takes_no_test_send(conninfo: str, desk: Simulator) -> None:
    ask()
    assert send(conninfo, should_stop=lambda: True).status == "waiting"


def test_a_test_send_shows_the_request_without_its_secret_and_the_providers_id(
    conninfo: str, private_addresses: None
) -> None:
    with stand_ins() as at:
        gateway = http_gateway(at, "smsc", token=TOKENS["smsc"])
        ended = ask_of(gateway, conninfo, phone_for(0))
    assert (ended.status, ended.response_status, ended.provider_id) == ("sent", 200, str(ended.pk))
    *head, body = ended.request.splitlines()
    url = f"{at.origin}/smsc/sys/send.php"
    assert head == [f"POST {url}", "Content-Type: application/x-www-form-urlencoded", ""]
    fields = {"login=***", "psw=***", "phones=7916*****00", "mes=Hello", "fmt=3", "charset=utf-8"}
    assert set(body.split("&")) == fields | {f"id={ended.pk}"}


def test_an_answer_that_quotes_the_token_is_kept_without_it(conninfo: str, private_addresses: None) -> None:
    with stand_ins() as at:
        gateway = http_gateway(at, "smsru", token="wrong-token")
        at.quotes = "wrong-token"
        ended = ask_of(gateway, conninfo, phone_for(0))
    assert ended.status == "failed"
    assert "***" in ended.response
    assert "wrong-token" not in f"{ended.response}{ended.request}{ended.error}"


def http_gateway(at: StandIns, name: str, *, token: str) -> Gateway:
    return make_gateway(
        kind="http", url=at.origin, config=at.config(name), token_encrypted=encrypt_token(token)
    )


def ask_of(gateway: Gateway, conninfo: str, phone: str) -> TestSend:
    test_sends.request_test_send(
        uuid.uuid4(), requested_by="anna", gateway=gateway, phone=phone, text="Hello"
    )
    return send(conninfo)
