"""What the API answers is compressed from 1 KB on, for whoever takes gzip."""

import gzip
import json

import pytest
from django.test import Client as Browser

from tests.api.answers import body_of
from tests.api.conftest import Api
from tests.factories import make_client

pytestmark = pytest.mark.django_db

GZIP = {"Accept-Encoding": "gzip, deflate"}


def test_a_long_answer_is_compressed_for_a_caller_who_takes_it(api: Api) -> None:
    for _ in range(10):
        make_client()
    compressed, plain = (api.http.get("/api/v1/clients/", headers=headers) for headers in (GZIP, {}))
    assert (compressed["Content-Encoding"], compressed["Vary"]) == ("gzip", "Accept, Accept-Encoding")
    assert json.loads(gzip.decompress(compressed.content)) == body_of(plain)
    assert int(compressed["Content-Length"]) == len(compressed.content) < len(plain.content)
    assert "Content-Encoding" not in plain.headers


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
