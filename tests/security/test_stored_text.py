"""What a client, a gateway or an operator wrote is shown on every screen, and run on none."""

from html.parser import HTMLParser
from typing import Any

import pytest

from notification_service.access.models import ApiKey
from notification_service.directory.models import Client
from notification_service.mailings.models import Gateway, Mailing, Message
from tests.factories import make_attempt, make_client, make_gateway, make_message, make_running_mailing
from tests.security.doors import DOORS, address_of
from tests.security.test_doors import caller, person

pytestmark = pytest.mark.django_db

HOSTILE = "\"'><hostile onload=alert(1) href='javascript:alert(1)'></script><script>hostile()</script>{{7*7}}"


class Finder(HTMLParser):
    """Elements, attributes and scripts that the page has only where a text was taken for HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self._is_script = tag == "script"
        if tag == "hostile" or any(name.startswith("on") for name, _ in attributes):
            self.found.append(self.get_starttag_text() or tag)
        if any((value or "").strip().lower().startswith("javascript:") for _, value in attributes):
            self.found.append(self.get_starttag_text() or tag)

    def handle_data(self, data: str) -> None:
        if getattr(self, "_is_script", False) and "hostile()" in data:
            self.found.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._is_script = False


@pytest.fixture
def hostile_rows() -> None:
    """With ids of 1, where the addresses of the table of doors point."""
    gateway = make_gateway(held_reason=HOSTILE[:200])
    Gateway.objects.filter(pk=gateway.pk).update(name=HOSTILE[:64])
    client = make_client(pk=1, tag=HOSTILE, attributes={HOSTILE: HOSTILE})
    mailing = make_running_mailing(pk=1, text=HOSTILE, tags=[HOSTILE])
    message = make_message(mailing, client, pk=1)
    said = {"reason": "other", "reason_number": None, "error": HOSTILE}
    make_attempt(message, **said, outcome="failed")
    changes = {"status": "failed", **said, "next_attempt_at": None}
    Message.objects.filter(pk=message.pk).update(**changes)
    ApiKey.issue(name=HOSTILE[:100], scope="read", pii=True)
    someone = person("viewer")
    someone.first_name = HOSTILE[:150]
    someone.save()


def found_on(answer: Any) -> list[str]:
    finder = Finder()
    finder.feed(answer.content.decode())
    return finder.found


def test_every_screen_escapes_stored_html(hostile_rows: None) -> None:
    http = caller("administrator")
    shown_on = set()
    for route in DOORS:
        answer: Any = http.get(address_of(route), {"q": HOSTILE, "tag": HOSTILE, "reason": HOSTILE})
        if "text/html" in answer.headers.get("Content-Type", "") and not answer.streaming:
            assert found_on(answer) == [], route
            shown_on |= {route} if b"&lt;hostile" in answer.content else set()
    assert {
        "/",
        "/mailings/<int:pk>/",
        "/messages/<int:pk>/",
        "/clients/<int:pk>/",
        "/settings/keys/",
    } <= shown_on


def test_every_page_of_the_api_escapes_stored_html(hostile_rows: None) -> None:
    http = caller("administrator")
    for path in ("clients/", "clients/1/", "mailings/", "mailings/1/", "mailings/1/info/", "messages/1/"):
        answer: Any = http.get(f"/api/{path}", headers={"Accept": "text/html"})
        assert answer["Content-Type"] == "text/html; charset=utf-8"
        assert [each for each in found_on(answer) if "hostile" in each] == [], path
        assert b"hostile" in answer.content


def test_a_refused_form_shows_typed_html_escaped() -> None:
    http = caller("administrator")
    for path in ("/mailings/new/", "/clients/new/", "/settings/people/new/", "/settings/keys/"):
        names = (
            "text",
            "tags",
            "phone",
            "tag",
            "timezone",
            "name",
            "username",
            "full_name",
            "operator_codes",
        )
        answer: Any = http.post(path, dict.fromkeys(names, HOSTILE) | {"phone": "no"})
        assert found_on(answer) == [], path
    assert not Mailing.objects.exists()
    assert not Client.objects.exists()
