"""A trial is one request at most, through the real adapter, within the gateway's limits, holding nothing."""

import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import psycopg
import pytest
from django.db import connection

from notification_service.delivery.trials import send_waiting
from notification_service.mailings import trials
from notification_service.mailings.models import Gateway, GatewayUse, Trial
from tests.delivery.database import config
from tests.factories import make_gateway_use, now

IN_USE = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


class Desk:
    """A gateway on a real socket: what it was asked, and what it says."""

    def __init__(self) -> None:
        self.status, self.body = 200, b'{"code": 0, "message": "OK"}'
        self.asked: list[dict[str, Any]] = []
        self.meanwhile: Callable[[], object] = lambda: None
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        desk = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                desk.asked.append({"path": self.path, **json.loads(body)})
                desk.meanwhile()
                with suppress(ConnectionError):  # whoever asked did not wait
                    self._answer()

            def _answer(self) -> None:
                self.send_response(desk.status)
                self.send_header("Content-Length", str(len(desk.body)))
                self.end_headers()
                self.wfile.write(desk.body)

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


@pytest.fixture
def desk(conninfo: str, settings: Any) -> Iterator[Desk]:
    """It is what the gateway `main` leads to."""
    desk = Desk()
    settings.GATEWAY_URL, settings.GATEWAY_TOKEN = desk.url, "token"
    yield desk
    desk.server.shutdown()
    desk.server.server_close()


def ask() -> Trial:
    return trials.request_trial(
        uuid.uuid4(), requested_by="anna", gateway=None, phone="79161234567", text="Hello"
    )


def send(conninfo: str, **options: Any) -> Trial:
    """Have what waits sent; answer the last of it."""
    knobs = {"request_timeout_seconds": 1.0, "connect_timeout_seconds": 0.5}
    send_waiting(config(**knobs), conninfo=conninfo, room_seconds=options.pop("room_seconds", 5.0), **options)
    return Trial.objects.order_by("id").last() or pytest.fail("no trial")


def limit(**fields: Any) -> Gateway:
    Gateway.objects.filter(name="main").update(**fields)
    return Gateway.objects.get(name="main")


def test_asks_once_with_an_id_of_its_own(conninfo: str, desk: Desk) -> None:
    trial = ask()
    ended = send(conninfo)
    send(conninfo)
    path = f"/v1/send/{trial.pk}"
    assert desk.asked == [{"path": path, "id": trial.pk, "phone": 79161234567, "text": "Hello"}]
    assert (ended.status, ended.answer, ended.phone) == ("sent", '{"code": 0, "message": "OK"}', "")


@pytest.mark.parametrize(
    ("status", "reason"), [(400, "HTTP 400"), (503, "HTTP 503"), (401, "HTTP 401"), (429, "HTTP 429")]
)
def test_what_is_not_taken_has_failed_and_says_why(
    conninfo: str, desk: Desk, status: int, reason: str
) -> None:
    desk.status, desk.body = status, b"bad phone"
    ask()
    ended = send(conninfo)
    assert (ended.status, ended.reason, ended.answer) == ("failed", reason, "bad phone")
    assert len(desk.asked) == 1
    assert Gateway.objects.get(name="main").held_at is None  # one trial says little about a gateway


def test_no_answer_in_time_is_unknown_and_not_repeated(conninfo: str, desk: Desk) -> None:
    release = threading.Event()
    desk.meanwhile = lambda: release.wait(20)
    ask()
    assert (send(conninfo).status, len(desk.asked)) == ("unknown", 1)
    release.set()


def test_a_gateway_that_is_not_there_has_not_taken_it(conninfo: str, desk: Desk, settings: Any) -> None:
    settings.GATEWAY_URL = "http://127.0.0.1:1"
    ask()
    ended = send(conninfo)
    assert (ended.status, ended.reason) == ("failed", "connection refused")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [({"held_at": now()}, "gateway held"), ({"enabled": False}, "gateway disabled")],
)
def test_a_gateway_that_takes_no_messages_takes_no_trial(
    conninfo: str, desk: Desk, fields: dict[str, Any], reason: str
) -> None:
    ask()
    limit(**fields)
    ended = send(conninfo)
    assert (ended.status, ended.reason, desk.asked) == ("failed", reason, [])


def test_one_that_is_set_wrong_is_said_to_be(conninfo: str, desk: Desk) -> None:
    ask()
    limit(token_variable="GATEWAY_TOKEN_THAT_NOBODY_SET", url=desk.url)
    ended = send(conninfo)
    assert (ended.status, ended.reason) == ("failed", "gateway unusable")


def test_takes_its_moment_among_those_of_the_limit(conninfo: str, desk: Desk) -> None:
    until = now() + timedelta(seconds=1)
    limit(max_requests_per_second=5, permits_until=until)
    ask()
    assert send(conninfo).status == "sent"
    assert now() >= until
    after = Gateway.objects.get(name="main").permits_until
    assert after is not None
    assert after > until


def test_waits_for_no_moment_longer_than_it_may(conninfo: str, desk: Desk) -> None:
    limit(max_requests_per_second=5, permits_until=now() + timedelta(minutes=1))
    ask()
    ended = send(conninfo, room_seconds=0.5)
    assert (ended.status, ended.reason, desk.asked) == ("failed", "gateway busy", [])


def test_waits_for_a_share_of_what_the_gateway_takes_at_once(conninfo: str, desk: Desk) -> None:
    main = limit(max_concurrency=1)
    other = make_gateway_use(main, share=1, lease_expires_at=now() + timedelta(minutes=1))
    ask()
    assert (send(conninfo, room_seconds=0.5).reason, desk.asked) == ("gateway busy", [])

    GatewayUse.objects.filter(pk=other.pk).update(lease_expires_at=now())
    ask()
    assert send(conninfo).status == "sent"
    assert not GatewayUse.objects.filter(lease_expires_at__gt=now()).exists()  # its share is given back


def test_workers_at_once_ask_once_for_each(conninfo: str, desk: Desk) -> None:
    made = [ask().pk for _ in range(8)]

    def work() -> None:
        send(conninfo)
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(request["id"] for request in desk.asked) == made


def test_holds_no_connection_while_the_gateway_answers(conninfo: str, desk: Desk) -> None:
    limit(max_concurrency=5, max_requests_per_second=50)
    ask()
    connection.close()
    seen: list[int] = []

    def look() -> None:
        with psycopg.connect(conninfo) as own:
            end = time.monotonic() + 0.5  # a backend takes a moment to go after its client went
            while time.monotonic() < end and (seen[-1:] or [1]) != [0]:
                seen.append(own.execute(IN_USE).fetchall()[0][0])

    desk.meanwhile = look
    assert send(conninfo).status == "sent"
    assert seen[-1] == 0


def test_takes_no_more_once_the_worker_stops(conninfo: str, desk: Desk) -> None:
    ask()
    assert send(conninfo, should_stop=lambda: True).status == "waiting"
