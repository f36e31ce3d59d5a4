"""The settings of the containers: what they turn on, and that Django finds nothing to add."""

import os
from typing import Any

import pytest
from django.test import Client as Browser

from tests.journeys.forked import manage

PRODUCTION = {
    "DEBUG": "false",
    "HTTPS": "true",
    "TRUSTED_PROXIES": "1",
    "SECRET_KEY": "k" * 20 + "0123456789abcdefghijklmnopqrstuvwxyzABCDEF",
    "ALLOWED_HOSTS": "notifications.example",
    "DATABASE_URL": "postgresql://127.0.0.1:1/none",
    "BROKER_URL": "memory://",
    "DATA_DIR": "/nonexistent",
}


def test_the_deployment_check_finds_nothing() -> None:
    checked = manage("check", "--deploy", "--fail-level", "WARNING", environment=os.environ | PRODUCTION)
    assert (checked.returncode, checked.stdout.partition("\n")[0]) == (
        0,
        "System check identified no issues (2 silenced).",
    )


@pytest.fixture
def https(settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 3600
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.ALLOWED_HOSTS = ["notifications.example"]


def test_plain_http_is_redirected_to_https(https: None) -> None:
    answer = Browser(headers={"Host": "notifications.example"}).get("/login/?next=/")
    assert (answer.status_code, answer["Location"]) == (301, "https://notifications.example/login/?next=/")


@pytest.mark.django_db
def test_pages_behind_the_proxy_send_a_strict_transport_security_header(https: None) -> None:
    answer = Browser(headers={"Host": "notifications.example", "X-Forwarded-Proto": "https"}).get("/login/")
    assert (answer.status_code, answer["Strict-Transport-Security"]) == (200, "max-age=3600")


def test_an_unknown_host_is_refused_in_production(https: None) -> None:
    answer = Browser(headers={"Host": "evil.example", "X-Forwarded-Host": "notifications.example"}).get(
        "/login/"
    )
    assert answer.status_code == 400


@pytest.mark.django_db
def test_prometheus_reads_the_metrics_over_plain_http_by_an_allowed_name(https: None, settings: Any) -> None:
    settings.ALLOWED_HOSTS, settings.METRICS_TOKEN = ["web"], "token"
    authorization = {"Authorization": "Bearer token"}
    answers = [
        Browser(headers={"Host": host} | authorization).get("/metrics") for host in ("web:8000", "10.0.0.1")
    ]
    assert [answer.status_code for answer in answers] == [200, 400]


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/login/", "/docs/", "/redoc/", "/api/", "/nowhere/"])
def test_no_page_may_run_inline_or_foreign_scripts(path: str) -> None:
    policy = Browser().get(path)["Content-Security-Policy"]
    rules = dict(rule.strip().partition(" ")[::2] for rule in policy.split(";"))
    assert rules.get("script-src", rules["default-src"]) == "'self'"
    assert (rules["object-src"], rules["frame-ancestors"]) == ("'none'", "'none'")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "place", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x"]
)
def test_the_login_does_not_redirect_to_another_site(place: str) -> None:
    from tests.console.conftest import PASSWORD, make_person

    make_person("viewer")
    fields = {"username": "viewer", "password": PASSWORD, "next": place}
    assert Browser().post("/login/", fields)["Location"] == "/"
