"""HTTP as a program expects it: what an address takes, where the key belongs, how a phone may be written."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.api.answers import CLIENT, body_of, errors_of
from tests.api.conftest import Api
from tests.factories import make_client

pytestmark = pytest.mark.django_db

SHOP = "https://shop.example"


@pytest.mark.parametrize(
    ("path", "methods", "reads"),
    [
        ("clients/", ["GET", "POST", "HEAD", "OPTIONS"], ["application/json"]),
        ("messages/", ["GET", "POST", "HEAD", "OPTIONS"], ["application/json"]),
        (
            "clients/import/",
            ["POST", "OPTIONS"],
            ["application/json", "text/csv", "application/x-ndjson"],
        ),
    ],
)
def test_options_says_what_an_address_takes(
    api: Api, path: str, methods: list[str], reads: list[str]
) -> None:
    answer = api.send("OPTIONS", f"/api/v1/{path}")
    assert answer.status_code == 200
    assert sorted(body_of(answer)["methods"]) == sorted(answer["Allow"].split(", ")) == sorted(methods)
    assert body_of(answer)["reads"] == reads


def test_a_refused_method_is_answered_with_those_to_use(api: Api) -> None:
    detail = body_of(api.delete("/api/v1/clients/"))["detail"]
    assert detail == 'Method "DELETE" not allowed. Use GET or HEAD or OPTIONS or POST.'


@pytest.mark.parametrize(
    ("path", "types"),
    [("clients/", "application/json"), ("clients/import/", "text/csv or application/x-ndjson")],
)
def test_a_refused_type_is_answered_with_those_to_send(api: Api, path: str, types: str) -> None:
    answer = api.send("POST", f"/api/v1/{path}", b"x", content_type="text/plain")
    assert answer.status_code == 415
    assert types in body_of(answer)["detail"]
    assert body_of(answer)["type"] == "/docs/problems/#unsupported-media-type"


@pytest.mark.parametrize("path", ["clients/", "clients/import/"])
@pytest.mark.parametrize("encoding", ["gzip", "br", "x-unknown"])
def test_an_encoding_that_is_not_read_is_refused_by_its_name(api: Api, path: str, encoding: str) -> None:
    content_type = "text/csv" if "import" in path else "application/json"
    headers = {"Content-Encoding": encoding}
    answer = api.send("POST", f"/api/v1/{path}", b"\x1f\x8b", content_type=content_type, **headers)
    assert (answer.status_code, answer["Accept-Encoding"]) == (415, "identity")
    assert f'"{encoding}"' in body_of(answer)["detail"]
    assert body_of(answer)["type"] == "/docs/problems/#unsupported-encoding"


def test_a_body_that_says_it_is_not_encoded_is_read(api: Api) -> None:
    assert api.post("/api/v1/clients/", CLIENT, **{"Content-Encoding": "identity"}).status_code == 201


@pytest.mark.parametrize("name", ["X-API-Key", "Api-Key", "X-Auth-Token"])
def test_a_key_in_another_header_is_answered_with_where_it_belongs(
    stranger: Api, write_key: str, name: str
) -> None:
    answer = stranger.http.get("/api/v1/clients/", headers={name: write_key})
    assert answer.status_code == 401
    assert body_of(answer)["detail"] == f"{name} is not read. Use `Authorization: Bearer <api key>`."


@pytest.mark.parametrize("quote", ["'", '"'])
def test_a_key_that_was_copied_with_its_quotes_is_told_so(stranger: Api, write_key: str, quote: str) -> None:
    headers = {"Authorization": f"Bearer {quote}{write_key}{quote}"}
    answer = stranger.http.get("/api/v1/clients/", headers=headers)
    assert answer.status_code == 401
    assert body_of(answer)["detail"] == "The API key is in quotes. Send it without them."


@pytest.mark.parametrize("phone", ["+79161234567", " +7 (916) 123-45-67", "79161234567"])
def test_a_phone_may_have_its_plus(api: Api, phone: str) -> None:
    made = body_of(api.post("/api/v1/clients/", {**CLIENT, "phone": phone}))
    assert made["phone"] == "79161234567"
    again = {**CLIENT, "phone": "+79161234567"}
    assert api.put(f"/api/v1/clients/{made['id']}/", again).status_code == 200


@pytest.mark.parametrize("phone", ["89161234567", "9161234567", "+89161234567", "7916123456", "+7916", "+"])
def test_a_phone_of_another_form_is_still_refused(api: Api, phone: str) -> None:
    answer = api.post("/api/v1/clients/", {**CLIENT, "phone": phone})
    assert errors_of(answer) == {"#/phone": "Must be 11 digits, the first a 7."}


@pytest.mark.parametrize("written", ["%2B79161234567", "+79161234567", "79161234567"])
def test_a_client_is_found_by_a_phone_with_its_plus(api: Api, written: str) -> None:
    client = make_client(phone="79161234567")
    found = body_of(api.http.get(f"/api/v1/clients/?phone={written}"))["results"]
    assert [row["id"] for row in found] == [client.pk]


@pytest.fixture
def _shop_is_let_in(settings: Any) -> None:
    settings.CORS_ALLOWED_ORIGINS = [SHOP]
    settings.MIDDLEWARE = ["corsheaders.middleware.CorsMiddleware", *settings.MIDDLEWARE]


@pytest.mark.usefixtures("_shop_is_let_in")
def test_a_page_of_an_allowed_site_may_call_the_api_with_a_key(api: Api, stranger: Api) -> None:
    asks = {
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "authorization,if-match",
    }
    preflight = stranger.http.options("/api/v1/clients/1/", headers={"Origin": SHOP, **asks})
    assert (preflight.status_code, preflight["Access-Control-Allow-Origin"]) == (200, SHOP)
    assert "PATCH" in preflight["Access-Control-Allow-Methods"]
    assert {"authorization", "if-match"} <= set(preflight["Access-Control-Allow-Headers"].split(", "))
    answer = api.http.get("/api/v1/clients/", headers={"Origin": SHOP})
    assert answer["Access-Control-Allow-Origin"] == SHOP
    assert {"ETag", "RateLimit", "Retry-After"} <= set(answer["Access-Control-Expose-Headers"].split(", "))
    assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.usefixtures("_shop_is_let_in")
def test_a_page_of_another_site_and_the_console_get_no_permission(api: Api) -> None:
    for path, origin in (("/api/v1/clients/", "https://evil.example"), ("/login/", SHOP)):
        answer = api.http.get(path, headers={"Origin": origin})
        assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize(("origins", "is_there"), [("", False), (SHOP, True)])
def test_the_setting_alone_decides_whether_other_sites_are_looked_at(origins: str, is_there: bool) -> None:
    code = "from django.conf import settings; import json; print(json.dumps(settings.MIDDLEWARE))"
    environ = {**os.environ, "CORS_ALLOWED_ORIGINS": origins}
    said = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, check=True).stdout
    assert ("corsheaders.middleware.CorsMiddleware" in json.loads(said)) == is_there
