"""What the API writes as JSON is what REST framework's own renderer says, however it is written."""

import json
from datetime import UTC, datetime, time, timedelta, timezone
from typing import Any

import pytest
from rest_framework.exceptions import ErrorDetail
from rest_framework.renderers import JSONRenderer

from notification_service.api.renderers import FastJSONRenderer
from notification_service.mailings.models import Message
from notification_service.mailings.reasons import Reason, Why

MOSCOW = timezone(timedelta(hours=3))
VALUES: dict[str, Any] = {
    "texts": ["ж", "\u2028", "\x00\x1f", '"\\/', "😀"],
    "numbers": [0, -(2**63), 2**63, 0.1, 1e300, -0.0],
    "more than 64 bits": 2**64,
    "times": [datetime(2026, 1, 2, 3, 4, 5, 6, UTC), datetime(2026, 1, 2, tzinfo=UTC), time(9)],
    "a time elsewhere": datetime(2026, 1, 2, tzinfo=MOSCOW),
    "choices": [Message.Status.SENT, Reason.HTTP_STATUS],
    "a tuple with names": Why(Reason.HTTP_STATUS, 503),
    "numbers for names": {1: "one"},
    "errors": {"phone": [ErrorDetail("Taken.", "taken")]},
}


@pytest.mark.parametrize("name", VALUES)
def test_both_say_the_same(name: str) -> None:
    assert json.loads(FastJSONRenderer().render(VALUES[name])) == json.loads(
        JSONRenderer().render(VALUES[name])
    )


def test_an_indent_is_written_if_it_is_asked_for() -> None:
    written = FastJSONRenderer().render({"a": 1}, "application/json; indent=2", {})
    assert written == b'{\n  "a": 1\n}'


def test_nothing_has_no_body() -> None:
    assert FastJSONRenderer().render(None) == b""
