"""Signing in through an identity provider, every request but the browser's a real one."""

import time
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.providers import registry
from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.auth.models import User
from django.test import Client as Browser

from notification_service.access.sign_in.openid import OpenIdProvider
from tests.access.sign_in.issuer import Issuer, running_issuer
from tests.console.conftest import make_person

pytestmark = pytest.mark.django_db

GROUPS = {"viewer": ["staff"], "operator": ["marketing", "support"], "administrator": ["it"]}


@pytest.fixture
def issuer(settings: Any) -> Iterator[Issuer]:
    make_person("administrator")  # and the groups
    with running_issuer(client_id="ours", client_secret="a secret") as issuer:
        settings.OIDC = settings.OIDC | {
            "provider_id": "oidc-test",
            "name": "Example",
            "groups_claim": "https://example.org/groups",
            "role_groups": GROUPS,
        }
        app = {"provider_id": "oidc-test", "name": "Example", "client_id": "ours", "secret": "a secret"}
        provider = {"APPS": [{**app, "settings": {"server_url": f"{issuer.url}/"}}]}
        settings.SOCIALACCOUNT_PROVIDERS = {
            "openid_connect": {**settings.SOCIALACCOUNT_PROVIDERS["openid_connect"], **provider}
        }
        registry.register(OpenIdProvider)  # as where OIDC_ISSUER is set
        in_groups(issuer, "marketing")
        yield issuer


def in_groups(issuer: Issuer, *names: str) -> None:
    issuer.person["https://example.org/groups"] = list(names)


def to_issuer(browser: Browser, next_url: str = "") -> str:
    answer = browser.get("/login/oidc/", {"next": next_url} if next_url else {})
    assert answer.status_code == 302
    return str(answer["Location"])


def from_issuer(url: str) -> str:
    """What the provider sends the browser back to."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port)
    connection.request("GET", f"{parts.path}?{parts.query}")
    location = connection.getresponse().headers["Location"]
    connection.close()
    assert location is not None
    return location.removeprefix("http://testserver")


def sign_in(browser: Browser, next_url: str = "") -> Any:
    return browser.get(from_issuer(to_issuer(browser, next_url)))


def role_of(browser: Browser) -> list[str]:
    person = User.objects.get(pk=browser.session["_auth_user_id"])
    return [group.name for group in person.groups.all()]


def test_the_login_page_offers_the_identity_provider(issuer: Issuer) -> None:
    page = Browser().get("/login/", {"next": "/mailings/"}).content.decode()
    assert 'href="/login/oidc/?next=/mailings/"' in page
    assert "Log in with Example" in page


def test_the_openid_address_does_not_exist_without_a_provider() -> None:
    assert Browser().get("/login/oidc/").status_code == 404
    assert "Log in with" not in Browser().get("/login/").content.decode()


def test_a_new_person_in_a_mapped_group_gets_the_role_of_the_group(issuer: Issuer) -> None:
    browser = Browser()
    answer = sign_in(browser, "/mailings/")
    assert (answer.status_code, answer["Location"]) == (302, "/mailings/")
    assert browser.get("/mailings/new/").status_code == 200
    assert role_of(browser) == ["operator"]
    assert browser.session.get_expiry_age() <= 12 * 3600


def test_a_person_gets_the_highest_role_of_the_groups_at_each_login(issuer: Issuer) -> None:
    browser = Browser()
    in_groups(issuer, "staff", "it", "others")
    sign_in(browser)
    assert role_of(browser) == ["administrator"]
    in_groups(issuer, "staff")
    sign_in(browser)
    assert role_of(browser) == ["viewer"]
    assert User.objects.count() == 2


@pytest.mark.parametrize("groups", [[], ["others"], "others", None, [1], {"it": True}])
def test_a_person_without_a_mapped_group_cannot_log_in(issuer: Issuer, groups: Any) -> None:
    issuer.person["https://example.org/groups"] = groups
    assert sign_in(Browser()).status_code == 403
    assert User.objects.count() == 1


def test_a_person_who_leaves_the_group_loses_the_role_in_open_sessions(issuer: Issuer) -> None:
    first = Browser()
    sign_in(first)
    in_groups(issuer)
    assert sign_in(Browser()).status_code == 403
    assert first.get("/mailings/").status_code == 403


def test_groups_may_come_in_the_user_information_alone(issuer: Issuer) -> None:
    issuer.userinfo = {"https://example.org/groups": ["staff"]}
    del issuer.person["https://example.org/groups"]
    browser = Browser()
    sign_in(browser)
    assert role_of(browser) == ["viewer"]


def test_a_new_person_never_takes_over_an_account_of_the_same_name_or_email(issuer: Issuer) -> None:
    root = User.objects.create_superuser("root", email="anna@example.org", password="x")
    issuer.person |= {"preferred_username": "root", "email_verified": True}
    browser = Browser()
    sign_in(browser)
    person = User.objects.get(pk=browser.session["_auth_user_id"])
    assert (person.username, person.is_superuser, person == root) == ("root-2", False, False)


def test_a_deactivated_person_cannot_log_in(issuer: Issuer) -> None:
    sign_in(Browser())
    User.objects.filter(username="anna@example.org").update(is_active=False)
    browser = Browser()
    assert sign_in(browser).status_code == 403
    assert "_auth_user_id" not in browser.session


@pytest.mark.parametrize("next_url", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_a_login_does_not_redirect_to_another_site(issuer: Issuer, next_url: str) -> None:
    assert sign_in(Browser(), next_url)["Location"] == "/"


def test_each_login_has_its_own_proof_key_state_and_nonce(issuer: Issuer) -> None:
    first, second = (parse_qs(urlsplit(to_issuer(Browser())).query) for _ in range(2))
    for name in ("state", "nonce", "code_challenge"):
        assert first[name] != second[name]
    assert first["code_challenge_method"] == ["S256"]


def test_the_login_ignores_parameters_of_its_url(issuer: Issuer) -> None:
    answer = Browser().get("/login/oidc/?scope=admin&process=connect&auth_params=nonce%3Dx")
    query = parse_qs(urlsplit(answer["Location"]).query)
    assert set(query["scope"][0].split()) == {"openid", "profile", "email"}
    assert query["nonce"] != ["x"]


def _is_refused(browser: Browser, answer: Any) -> bool:
    return answer.status_code == 403 and "_auth_user_id" not in browser.session


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "of another sign-in"},
        {"iss": "https://evil.example/"},
        {"aud": "another client"},
        {"aud": ["ours", "another"], "azp": "another"},
        {"exp": int(time.time()) - 3600},
        {"iat": int(time.time()) + 3600},
        {"sub": 1},
    ],
    ids=lambda claims: ",".join(claims),
)
def test_a_token_with_a_wrong_claim_is_refused(issuer: Issuer, claims: dict[str, Any]) -> None:
    issuer.claims = claims
    browser = Browser()
    assert _is_refused(browser, sign_in(browser))


@pytest.mark.parametrize("name", ["nonce", "iss", "aud", "exp", "iat", "sub"])
def test_a_token_without_a_required_claim_is_refused(issuer: Issuer, name: str) -> None:
    issuer.left_out = {name}
    browser = Browser()
    assert _is_refused(browser, sign_in(browser))


def test_a_token_without_a_signature_is_refused(issuer: Issuer) -> None:
    issuer.signing_key, issuer.algorithm = None, "none"
    browser = Browser()
    assert _is_refused(browser, sign_in(browser))


def test_a_token_signed_with_another_key_is_refused(issuer: Issuer) -> None:
    issuer.signing_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    browser = Browser()
    assert _is_refused(browser, sign_in(browser))


def test_a_token_signed_with_a_shared_secret_is_refused(issuer: Issuer) -> None:
    issuer.signing_key, issuer.algorithm = "the client secret, or a public key's text", "HS256"
    browser = Browser()
    assert _is_refused(browser, sign_in(browser))


def test_user_information_about_another_person_is_refused(issuer: Issuer) -> None:
    issuer.userinfo = {"sub": "auth0|2"}
    browser = Browser()
    assert _is_refused(browser, sign_in(browser))


def test_a_state_of_another_browser_is_refused(issuer: Issuer) -> None:
    address = from_issuer(to_issuer(Browser()))
    browser = Browser()
    to_issuer(browser)
    assert _is_refused(browser, browser.get(address))


def test_a_redirect_of_the_provider_works_only_once(issuer: Issuer) -> None:
    browser = Browser()
    address = from_issuer(to_issuer(browser))
    browser.get(address)
    browser.logout()
    assert _is_refused(browser, browser.get(address))


def test_a_discovery_document_of_another_issuer_is_refused(issuer: Issuer) -> None:
    good = issuer.discovery()
    issuer.discovery = lambda: good | {"issuer": "https://evil.example/"}  # type: ignore[method-assign]
    assert Browser().get("/login/oidc/").status_code == 503


def test_the_login_answers_503_while_the_identity_provider_does_not_respond(
    issuer: Issuer, settings: Any
) -> None:
    app = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]
    app["settings"]["server_url"] = "http://127.0.0.1:9/"
    assert Browser().get("/login/oidc/").status_code == 503


def test_a_failed_login_logs_no_token(issuer: Issuer, caplog: pytest.LogCaptureFixture) -> None:
    issuer.claims = {"aud": "another client"}
    sign_in(Browser())
    assert "sign-in failed" in caplog.text
    assert "an access token" not in caplog.text
    assert "eyJ" not in caplog.text
