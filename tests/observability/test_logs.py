import json
import logging
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import structlog

from notification_service.observability import logs
from notification_service.observability.message_lines import MOST_IDS, log_messages, log_sent

NAMES = ("ours", "library")


@pytest.fixture
def written() -> Iterator[StringIO]:
    """What a logger of ours and one of a library write as JSON."""
    stream = StringIO()
    formatter = dict(logs.configure(log_format="json", level="INFO")["formatters"]["structured"])
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter.pop("()")(**formatter))
    for name in NAMES:
        logging.getLogger(name).addHandler(handler)
        logging.getLogger(name).setLevel("INFO")
    yield stream
    for name in NAMES:
        logging.getLogger(name).removeHandler(handler)


def lines(stream: StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.mark.parametrize("written_as", ["79161234567", "+79161234567", "8 916 123-45-67", "7-916-123-45-67"])
def test_every_phone_in_a_log_line_is_masked(written_as: str) -> None:
    line = logs.mask_phones(None, "info", f"phone=({written_as}) already exists")
    assert "123" not in line
    assert line.endswith("*****67) already exists")


@pytest.mark.parametrize(
    "line",
    [
        '"message_ids": [7916123, 4567890, 12345678901]',
        "2026-11-24T08:02:35.123456Z",
        "5f79161234567890",
        "1700000000000",
    ],
)
def test_other_numbers_in_a_log_line_are_left_alone(line: str) -> None:
    assert logs.mask_phones(None, "info", line) == line


def test_phones_are_masked_in_fields_numbers_tracebacks_and_lines_of_libraries(written: StringIO) -> None:
    try:
        raise ValueError("Key (phone)=(79161234567) already exists")
    except ValueError:
        structlog.get_logger("ours").exception(
            "failed", response='{"phone": 79161234567}', phones=[79161234567]
        )
    logging.getLogger("library").warning("bad number %s", 79161234567)
    assert "79161234567" not in written.getvalue()
    ours, of_library = lines(written)
    assert (ours["response"], ours["phones"]) == ('{"phone": 7916*****67}', ["7916*****67"])
    assert "ValueError: Key (phone)=(7916*****67)" in ours["exception"]
    assert of_library["event"] == "bad number 7916*****67"


def test_log_lines_of_libraries_carry_the_request_id(written: StringIO) -> None:
    with structlog.contextvars.bound_contextvars(request_id="r1"):
        logging.getLogger("library").warning("slow")
    [line] = lines(written)
    assert (line["request_id"], line["level"], line["logger"]) == ("r1", "warning", "library")


def test_every_message_id_is_in_one_of_the_lines_about_many_messages(written: StringIO) -> None:
    messages = [(number, 10_000 + number) for number in range(MOST_IDS + 2)]
    log_messages(structlog.get_logger("ours"), "sent", messages, mailing_id=5)
    first, second = lines(written)
    assert first["message_ids"] + second["message_ids"] == [message for message, _ in messages]
    assert second == second | {"mailing_id": 5, "client_ids": [10_000 + MOST_IDS, 10_001 + MOST_IDS]}


def test_log_lines_of_sent_messages_are_grouped_by_mailing(written: StringIO) -> None:
    sent = [(1, 11), (2, 21), (1, 12)]
    log_sent(structlog.get_logger("ours"), sent, how="grouped", gateway="main")
    first, second = lines(written)
    assert (first["mailing_id"], first["message_ids"]) == (1, [11, 12])
    assert (second["mailing_id"], second["message_ids"], second["gateway"]) == (2, [21], "main")


@pytest.mark.parametrize(("how", "expected"), [("each", 2), ("off", 0)])
def test_sent_messages_have_a_line_each_or_no_line(written: StringIO, how: str, expected: int) -> None:
    log_sent(structlog.get_logger("ours"), [(1, 11), (1, 12)], how=how)
    assert len(lines(written)) == expected
