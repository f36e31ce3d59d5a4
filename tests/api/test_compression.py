"""What the API answers is compressed from 1 KB on, for whoever takes gzip or zstd."""

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser
from zstandard import ZstdDecompressor

from notification_service.api.compression import chosen_encoding
from tests.api.answers import body_of
from tests.api.conftest import Api
from tests.factories import make_client, make_mailing, make_message

pytestmark = pytest.mark.django_db


def unzstd(content: bytes) -> bytes:
    return ZstdDecompressor().decompressobj().decompress(content)


GZIP = {"Accept-Encoding": "gzip, deflate"}
ways = pytest.mark.parametrize(
    ("accepted", "encoding", "read"),
    [("gzip, deflate", "gzip", gzip.decompress), ("gzip, deflate, br, zstd", "zstd", unzstd)],
)
Read = Callable[[bytes], bytes]


@ways
def test_a_long_answer_is_compressed_for_a_caller_who_takes_it(
    api: Api, accepted: str, encoding: str, read: Read
) -> None:
    for _ in range(10):
        make_client()
    compressed, plain = (
        api.http.get("/api/v1/clients/", headers=headers) for headers in ({"Accept-Encoding": accepted}, {})
    )
    assert (compressed["Content-Encoding"], compressed["Vary"]) == (encoding, "Accept, Accept-Encoding")
    assert json.loads(read(compressed.content)) == body_of(plain)
    assert int(compressed["Content-Length"]) == len(compressed.content) < len(plain.content)
    assert ("Content-Encoding" in plain.headers, plain["Vary"]) == (False, compressed["Vary"])


def file(api: Api, path: str, headers: dict[str, str]) -> Any:
    return api.http.get(path, headers=headers)


@ways
@pytest.mark.parametrize("ending", ["csv", "ndjson"])
def test_a_file_is_compressed_while_it_is_written(
    api: Api, accepted: str, encoding: str, read: Read, ending: str
) -> None:
    mailing = make_mailing()
    for _ in range(3):
        make_message(mailing)
    path = f"/api/v1/mailings/{mailing.pk}/messages.{ending}"
    compressed, plain = (file(api, path, headers) for headers in ({"Accept-Encoding": accepted}, {}))
    assert (compressed["Content-Encoding"], compressed["Vary"]) == (encoding, "Accept, Accept-Encoding")
    assert read(b"".join(compressed.streaming_content)) == b"".join(plain.streaming_content)


@pytest.mark.parametrize(
    ("header", "encoding"),
    [
        ("", ""),
        ("br", ""),
        ("identity", ""),
        ("gzip;q=0", ""),
        ("*;q=0", ""),
        ("gzip;q=nonsense", ""),
        ("*", "zstd"),
        ("ZSTD , gzip", "zstd"),
        ("zstd;q=0.5, gzip", "gzip"),
        ("zstd;q=0, *", "gzip"),
        ("gzip ; q=0.1", "gzip"),
    ],
)
def test_the_caller_says_which_encoding_it_likes_best(header: str, encoding: str) -> None:
    assert chosen_encoding(header) == encoding


def test_a_short_answer_is_not_compressed(api: Api) -> None:
    answer = api.http.get(f"/api/v1/clients/{make_client().pk}/", headers=GZIP)
    assert "Content-Encoding" not in answer.headers


def test_the_tag_of_a_compressed_answer_serves_a_change(api: Api) -> None:
    path = f"/api/v1/clients/{make_client(attributes={'note': 'x' * 2000}).pk}/"
    tag = api.http.get(path, headers=GZIP)["ETag"]
    assert tag.startswith("W/")
    assert api.send("PATCH", path, {"tag": "vip"}, **{"If-Match": tag}).status_code == 200


def test_the_document_is_compressed_and_a_page_of_the_console_is_not(stranger: Api) -> None:
    assert stranger.http.get("/openapi.json", headers=GZIP)["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in Browser().get("/login/", headers=GZIP).headers


def test_a_program_is_answered_without_what_is_for_people(api: Api) -> None:
    """Neither a session nor a language nor a CSRF token is looked for, and none is set."""
    answer = api.http.get("/api/v1/", headers={"Cookie": "sessionid=x; csrftoken=y", "Accept-Language": "ru"})
    assert answer.status_code == 200
    assert not answer.cookies
    assert "Content-Language" not in answer.headers
    assert "Cookie" not in answer["Vary"]
