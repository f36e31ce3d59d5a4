import threading

import pytest
from django.test import Client as HttpClient

from notification_service.api import request_limits
from notification_service.api.request_limits import Room
from tests.api.conftest import Api


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> Room:
    """Whoever is in there has been for long."""
    room = Room(most=1, patience_seconds=0)
    monkeypatch.setattr(request_limits, "ROOM", room)
    assert room.enter()
    return room


def test_a_process_whose_requests_all_hang_refuses_more(full: Room) -> None:
    in_api, in_console = HttpClient().get("/api/clients/"), HttpClient().get("/login/")
    assert (in_api.status_code, in_api["Retry-After"]) == (503, "5")
    assert in_api["Content-Type"] == "application/problem+json"
    assert (in_console.status_code, in_console["Retry-After"]) == (503, "5")


def test_a_process_whose_requests_all_hang_says_that_it_lives(full: Room) -> None:
    assert HttpClient().get("/health/live").status_code == 200


@pytest.mark.django_db
def test_a_request_gives_its_room_to_the_next(full: Room, stranger: Api) -> None:
    full.leave()
    assert [stranger.get("/api/clients/").status_code for _ in range(3)] == [401] * 3


def test_a_request_waits_while_others_end() -> None:
    room = Room(most=1, patience_seconds=30)
    assert room.enter()
    threading.Timer(0.01, room.leave).start()
    assert room.enter()
