"""What is read from a response's bytes, however they are cut."""

import gzip
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from notification_service.delivery.outcome import Response
from notification_service.delivery.wire.response_reader import (
    MAX_HEAD_BYTES,
    ResponseReader,
    UnreadableResponse,
)

BODY = b'{"code": 0, "message": "OK"}'
LENGTH = b"Content-Length: %d\r\n" % len(BODY)
CHUNKED = (
    b"Transfer-Encoding: chunked\r\n\r\n4;ext=1\r\n"
    + BODY[:4]
    + b"\r\n18\r\n"
    + BODY[4:]
    + b"\r\n0\r\nX: y\r\n\r\n"
)

WHOLE = {
    "a length": b"HTTP/1.1 200 OK\r\n" + LENGTH + b"\r\n" + BODY,
    "chunks": b"HTTP/1.1 200 OK\r\n" + CHUNKED,
    "HTTP/1.0 with a length": b"HTTP/1.0 200 OK\r\n" + LENGTH + b"\r\n" + BODY,
    "informational responses before it": b"HTTP/1.1 100 Continue\r\n\r\n"
    b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
    b"HTTP/1.1 200 OK\r\n" + LENGTH + b"\r\n" + BODY,
    "no reason phrase": b"HTTP/1.1 200\r\n" + LENGTH + b"\r\n" + BODY,
    "bare newlines": b"HTTP/1.1 200 OK\n" + LENGTH.replace(b"\r", b"") + b"\n" + BODY,
    "a space before a colon": b"HTTP/1.1 200 OK\r\nX : y\r\n" + LENGTH + b"\r\n" + BODY,
    "a space before a length's colon": b"HTTP/1.1 200 OK\r\n" + LENGTH.replace(b":", b" :") + b"\r\n" + BODY,
    "a folded line": b"HTTP/1.1 200 OK\r\nX: y\r\n z: w\r\n" + LENGTH + b"\r\n" + BODY,
    "a line without a colon": b"HTTP/1.1 200 OK\r\nnonsense\r\n" + LENGTH + b"\r\n" + BODY,
    "bytes that are no text": b"HTTP/1.1 200 \xff\r\nX: \xd0\xa0\xff\x01\r\n" + LENGTH + b"\r\n" + BODY,
    "such bytes in a name": b"HTTP/1.1 200 OK\r\n\xd0\xa0: 1\r\n" + LENGTH + b"\r\n" + BODY,
    "an empty name": b"HTTP/1.1 200 OK\r\n: 1\r\n" + LENGTH + b"\r\n" + BODY,
    "a zero byte": b"HTTP/1.1 200 OK\r\nX\0: 1\r\n" + LENGTH + b"\r\n" + BODY,
    "a length said twice": b"HTTP/1.1 200 OK\r\n" + LENGTH + LENGTH + b"\r\n" + BODY,
    "a length beside chunks": b"HTTP/1.1 200 OK\r\n" + LENGTH + CHUNKED,
    "a hundred and twenty headers": b"HTTP/1.1 200 OK\r\n"
    + b"".join(b"X-%d: y\r\n" % n for n in range(120)) + LENGTH + b"\r\n" + BODY,
    "a long header": b"HTTP/1.1 200 OK\r\nX: " + b"y" * 30_000 + b"\r\n" + LENGTH + b"\r\n" + BODY,
}  # fmt: skip
UNTIL_THE_END = {
    "no length": b"HTTP/1.1 200 OK\r\nX: y\r\n\r\n" + BODY,
    "HTTP/1.0": b"HTTP/1.0 200 OK\r\n\r\n" + BODY,
    "a length that is no number": b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n" + BODY,
}


def read(*pieces: bytes, ends: bool = False, max_body_bytes: int = 1000) -> Response | None:
    """None while it is not complete."""
    reader = ResponseReader(max_body_bytes=max_body_bytes)
    for piece in pieces:
        if not reader.is_complete:
            reader.feed(piece)
    if ends:
        reader.end()
    return reader.take() if reader.is_complete else None


def cut(data: bytes, places: list[int]) -> list[bytes]:
    marks = sorted({0, len(data), *(place % len(data) for place in places)})
    return [data[first:last] for first, last in pairwise(marks)]


@pytest.mark.parametrize("response", WHOLE.values(), ids=list(WHOLE))
def test_a_response_is_read_whole_at_once_and_byte_by_byte(response: bytes) -> None:
    assert read(response) == Response(200, BODY)
    assert read(*(response[at : at + 1] for at in range(len(response)))) == Response(200, BODY)


@pytest.mark.parametrize("response", WHOLE.values(), ids=list(WHOLE))
def test_a_response_is_not_complete_before_its_last_byte(response: bytes) -> None:
    assert read(response[:-1]) is None
    assert read(response[:-1], ends=True) is None


@pytest.mark.parametrize("response", UNTIL_THE_END.values(), ids=list(UNTIL_THE_END))
def test_a_body_without_a_length_ends_with_the_connection(response: bytes) -> None:
    assert read(response) is None
    assert read(response, ends=True) == Response(200, BODY)


@given(st.sampled_from([*WHOLE.values()]), st.lists(st.integers(0, 10**6), max_size=12))
def test_where_the_bytes_are_cut_changes_nothing(response: bytes, places: list[int]) -> None:
    assert read(*cut(response, places)) == Response(200, BODY)


@given(st.binary(max_size=300), st.lists(st.integers(0, 10**6), max_size=5))
@example(b"HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551616\r\n\r\n{}", [])
@example(b"HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n\0\0", [])
@example(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n", [])
def test_any_bytes_are_a_response_or_unreadable(data: bytes, places: list[int]) -> None:
    for prefix in (b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"):
        try:
            read(*cut(prefix + data, places) if prefix + data else [], ends=True)
        except UnreadableResponse:
            continue


@pytest.mark.parametrize(
    "response", [b"SSH-2.0-OpenSSH_9.2\r\n", b"\0", b"<html>\r\n\r\n", b"HTTP/2 200\r\n\r\n"]
)
def test_what_is_no_response_is_unreadable(response: bytes) -> None:
    with pytest.raises(UnreadableResponse):
        read(response)


def test_a_body_is_read_to_the_limit_and_no_further() -> None:
    response = b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b"x" * 200
    assert read(response, max_body_bytes=101) == Response(200, b"x" * 101)


def test_headers_without_an_end_are_unreadable() -> None:
    endless = [b"HTTP/1.1 200 OK\r\n", *[b"X: " + b"y" * 1000 + b"\r\n"] * (MAX_HEAD_BYTES // 1000 + 10)]
    with pytest.raises(UnreadableResponse, match="headers over 64 KiB"):
        read(*endless)


@pytest.mark.parametrize(
    ("header", "retry_after"),
    [
        (b"Retry-After: 7", "7"),
        (b"retry-after:   Fri, 27 Nov 2026 09:00:00 GMT  ", "Fri, 27 Nov 2026 09:00:00 GMT"),
        ("Retry-After: 5 минут".encode(), None),
        (b"Retry-After : 9", "9"),
    ],
)
def test_retry_after_is_read_where_it_is_text(header: bytes, retry_after: str | None) -> None:
    found = read(b"HTTP/1.1 429 Slow down\r\n" + header + b"\r\nContent-Length: 0\r\n\r\n")
    assert found is not None
    assert (found.status, (found.retry_after or "").strip() or None) == (429, retry_after)


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_that_has_no_body_is_complete_with_its_head(status: int) -> None:
    assert read(b"HTTP/1.1 %d None\r\nContent-Length: 20\r\n\r\n" % status) == Response(status, b"")


def test_a_compressed_body_is_not_unpacked() -> None:
    packed = gzip.compress(b"{}" * 1000)
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
    assert read(head + packed) == Response(200, packed)


@pytest.mark.parametrize(
    ("response", "may_continue"),
    [
        (WHOLE["a length"], True),
        (WHOLE["chunks"], True),
        (WHOLE["HTTP/1.0 with a length"], False),
        (WHOLE["a length"].replace(b"OK\r\n", b"OK\r\nConnection: close\r\n", 1), False),
        (WHOLE["a length"] + b"H", False),
        (WHOLE["a length"] + WHOLE["a length"], False),
        (WHOLE["a length"] + b"\0\xff garbage", False),
        (WHOLE["a space before a colon"], False),
    ],
)
def test_a_connection_goes_on_only_after_a_response_and_nothing_else(
    response: bytes, may_continue: bool
) -> None:
    reader = ResponseReader(max_body_bytes=1000)
    reader.feed(response)
    assert (reader.is_complete, reader.may_continue) == (True, may_continue)
    assert reader.take() == Response(200, BODY)
