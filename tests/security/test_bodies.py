"""Bodies that are too long, or that never come, from people who need no login for it."""

import io
import select
import socket
import threading
from pathlib import Path
from typing import Any

import pytest

from notification_service.api import body_limits, request_limits
from notification_service.api.body_limits import Body, Places, TooManyBodiesError
from notification_service.standalone.services import Services
from notification_service.standalone.web_address import WebAddress
from tests.deploy.files import ROOT, our_containers, our_services
from tests.factories import make_running_mailing
from tests.security.doors import address_of, routes
from tests.security.test_doors import caller
from tests.security.web_server import FORM, WebServer, answer_to
from tests.standalone.waiting import wait_for

SLOW = 8
HELD = 3


class Unreadable:
    def read(self, *_size: int) -> bytes:
        raise AssertionError("the body was read")

    readline = read


FILES = "multipart/form-data; boundary=b"
ENDLESS: dict[str, Any] = {"CONTENT_LENGTH": str(8 * 1024**3), "wsgi.input": Unreadable()}


@pytest.fixture
def places(monkeypatch: pytest.MonkeyPatch) -> Places:
    """One, which has to be free at once."""
    one = Places(most=1, most_of_one=1, patience_seconds=0)
    monkeypatch.setattr(body_limits, "PLACES", one)
    return one


def test_stalled_request_bodies_leave_threads_for_other_requests(web_server: WebServer) -> None:
    def log_in() -> int:
        return web_server.ask("POST /login/", FORM, "Content-Length: 1", body=b"x")[0]

    slow = [web_server.begin("POST /login/", FORM, "Content-Length: 9", body=b"x") for _ in range(SLOW)]
    refused = await_answers(slow, SLOW - HELD)
    assert {answer_to(connection)[0] for connection in refused} == {503}
    assert web_server.ask("GET /login/")[0] == 200
    assert log_in() == 503
    for connection in slow:
        connection.close()
    wait_for(lambda: log_in() == 403)  # as soon as the server has seen that they are gone


def await_answers(connections: list[socket.socket], count: int) -> list[socket.socket]:
    answered: list[socket.socket] = []
    while len(answered) < count:
        waiting = [connection for connection in connections if connection not in answered]
        readable, _, _ = select.select(waiting, [], [], 30)
        assert readable, f"only {len(answered)} of {count} were answered"
        answered += readable
    return answered


def test_an_oversized_body_gets_a_413_from_the_web_server(web_server: WebServer) -> None:
    status, body = web_server.ask("POST /login/", FORM, "Content-Length: 8589934592", body=b"x" * 1000)
    assert (status, body) == (413, b"<h1>Content Too Large (413)</h1>")


@pytest.mark.django_db
def test_no_address_starts_to_read_a_body_of_gigabytes() -> None:
    http = caller("administrator")
    statuses = {
        route: http.generic("POST", address_of(route), b"", FILES, **ENDLESS).status_code
        for route in routes()
        if route != "/api/clients/import/"  # which is for files of any size
    }
    assert set(statuses.values()) <= {401, 404, 405, 413, 415}, statuses


def test_a_web_process_has_more_threads_than_body_places_in_every_deployment(tmp_path: Path) -> None:
    (in_pod,) = (container for container in our_containers() if container["name"] == "web")
    variables = {variable["name"]: variable["value"] for variable in in_pod["env"]}
    services = Services(project_folder=ROOT, data_dir=tmp_path, environment={})
    threads = request_limits.THREADS
    unit = (ROOT / "deploy/systemd/notification-service-web.service").read_text()
    assert f"--blocking-threads={threads}" in services.web(WebAddress("127.0.0.1", 1)).command
    assert variables["GRANIAN_BLOCKING_THREADS"] == str(threads)
    assert our_services()["web"]["environment"]["GRANIAN_BLOCKING_THREADS"] == str(threads)
    assert f"GRANIAN_BLOCKING_THREADS={threads} " in unit
    assert all(body_limits.PLACES.take(str(number)) for number in range(request_limits.REQUESTS - 2))
    assert not body_limits.PLACES.take("one more")
    for number in range(request_limits.REQUESTS - 2):
        body_limits.PLACES.give_back(str(number))


@pytest.mark.parametrize("length", [4, None])
def test_a_body_holds_its_place_until_its_last_byte(places: Places, length: int | None) -> None:
    body = Body(io.BytesIO(b"abcd"), length=length, address="a")
    assert body.read(3) == b"abc"
    assert not places.take("b")
    assert body.read(3) + body.read(3) == b"d"
    assert places.take("b")
    assert body.read(3) == b""  # an end needs none


def test_a_body_without_a_place_is_not_read(places: Places) -> None:
    places.take("b")
    body = Body(Unreadable(), length=4, address="a")
    with pytest.raises(TooManyBodiesError):
        body.read()
    assert body.is_refused


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "kind"), [("/api/mailings/", "application/json"), ("/api/clients/import/", "text/csv")]
)
def test_a_request_without_a_place_answers_503_with_a_retry_after(
    places: Places, path: str, kind: str
) -> None:
    places.take("127.0.0.1")
    answer = caller("write key").post(path, b"phone,timezone\n", content_type=kind)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")


@pytest.mark.django_db
def test_a_form_without_a_place_changes_nothing(places: Places) -> None:
    mailing = make_running_mailing()
    places.take("127.0.0.1")
    http = caller("operator")
    http.handler.enforce_csrf_checks = True
    http.cookies["csrftoken"] = "a" * 32
    headers = {"X-CSRFToken": "a" * 32}
    answer = http.post(f"/mailings/{mailing.pk}/pause/", {"a": "b"}, headers=headers)
    mailing.refresh_from_db()
    assert (answer.status_code, mailing.status) == (503, "running")


@pytest.mark.django_db
def test_a_request_that_leaves_its_body_unread_gives_its_place_back(places: Places) -> None:
    file = b"PK\x03\x04\n" * 100_000
    answer = caller("write key").post("/api/clients/import/", file, content_type="text/csv")
    assert answer.status_code == 400
    assert places.take("b")


def test_an_address_cannot_take_every_place() -> None:
    places = Places(most=3, most_of_one=2, patience_seconds=0)
    assert [places.take(address) for address in ("a", "a", "a", "b", "c")] == [True, True, False, True, False]
    places.give_back("a")
    assert [places.take(address) for address in ("c", "a")] == [True, False]


def test_a_request_body_waits_for_a_place_to_become_free() -> None:
    places = Places(most=1, most_of_one=1, patience_seconds=30)
    places.take("a")
    threading.Timer(0.01, places.give_back, ["a"]).start()
    assert places.take("b")
