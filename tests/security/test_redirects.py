"""Nobody is led to another site by a link to ours."""

from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client as Browser

from tests.security.test_doors import person

pytestmark = pytest.mark.django_db

ELSEWHERE = [
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "///evil.example",
    "\\\\evil.example",
]
# Each is asked with `?next=`, as a person who is logged in, and as one who is not.
PLACES = ["/login/", "/logout/", "/i18n/setlang/", "/account/confirm/", "/login/oidc/", "/password_change/"]


def caller(*, is_logged_in: bool) -> Browser:
    browser = Browser()
    if is_logged_in:
        browser.force_login(person("viewer"))
    return browser


def leads_away(answer: Any) -> bool:
    place = answer.headers.get("Location", "/")
    return not place.startswith("/") or place.replace("\\", "/").startswith("//")


@pytest.mark.parametrize("is_logged_in", [True, False])
def test_a_page_redirects_only_within_the_service(is_logged_in: bool) -> None:
    browser = caller(is_logged_in=is_logged_in)
    for address in PLACES:
        for place in ELSEWHERE:
            fields = {"next": place, "language": "ru"}
            answers = [browser.get(address, fields), browser.post(f"{address}?next={quote(place)}", fields)]
            assert not any(leads_away(answer) for answer in answers), (address, place)


@pytest.mark.parametrize(
    "path",
    ["//evil.example", "//evil.example/%2e%2e", "/\\evil.example", "/%5cevil.example", "//api/clients"],
)
def test_the_redirect_that_adds_a_slash_adds_no_host(path: str) -> None:
    for is_logged_in in (True, False):
        assert not leads_away(caller(is_logged_in=is_logged_in).get(path))


@pytest.mark.parametrize("path", ["/clients%0d%0aSet-Cookie:%20a=b", "/api/clients%0d%0aX:%20y"])
def test_a_line_break_in_a_path_adds_no_header(path: str) -> None:
    answer = Browser().get(path)
    assert answer.status_code in (301, 302, 308, 404)
    assert "\n" not in answer.headers.get("Location", "")
    assert not {"X", "Set-Cookie"} & set(answer.headers)
