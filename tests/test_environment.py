"""A URL that cannot be asked is refused where it is read, without being quoted: it may have a password."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from notification_service.environment import Environment

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    "url",
    [
        "http://gateway:99999",
        "http://gateway:80a",
        "http://gateway:0",
        "http://gateway:",
        "http://",
        "http:///v1",
        "http://:8080",
        "http://gateway example",
        "http://gateway?key=secret",
        "http://gateway/#part",
        "http://gateway/a b",
        "http://шлюз",
        "http://[::1",
        "http://gateway\\@elsewhere",
        "ftp://gateway",
        "gateway:8080",
    ],
)
@pytest.mark.parametrize("name", ["GATEWAY_URL", "PUBLIC_URL", "OIDC_ISSUER"])
def test_an_invalid_url_is_refused(name: str, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, url)
    with pytest.raises(ImproperlyConfigured, match=rf"^{name} must be an http:// or https:// URL") as refused:
        Environment().http_url(name)
    assert "secret" not in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "read"),
    [
        ("", ""),
        ("http://127.0.0.1:8025/", "http://127.0.0.1:8025"),
        ("https://[::1]:8443/sms", "https://[::1]:8443/sms"),
        ("HTTPS://Gateway_1.example/v2/", "HTTPS://Gateway_1.example/v2"),
        ("http://someone:secret@gateway", "http://someone:secret@gateway"),
    ],
)
def test_a_valid_url_is_read(url: str, read: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_URL", url)
    assert Environment().http_url("GATEWAY_URL") == read


@pytest.mark.parametrize(
    "url",
    ["http://proxy:3128", "http://user:p%40ss@proxy:3128", "http://[::1]:3128/", ""],
)
def test_a_proxy_that_can_be_asked_is_read(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_PROXY", url)
    assert Environment().proxy("GATEWAY_PROXY") == url


@pytest.mark.parametrize(
    "url",
    [
        "https://proxy:3128",
        "socks5://proxy",
        "proxy:3128",
        "http://user:secret@",
        "http://proxy:0",
        "http://proxy/x",
    ],
)
def test_a_proxy_that_cannot_be_asked_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_PROXY", url)
    with pytest.raises(ImproperlyConfigured, match=r"^GATEWAY_PROXY must be http://host:port") as refused:
        Environment().proxy("GATEWAY_PROXY")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("LEASE_SECONDS", "10", "more than REQUEST_TIMEOUT_SECONDS"),
        ("REQUEST_TIMEOUT_SECONDS", "1e300", "1000000 or less"),
        ("POLL_SECONDS", "1e12", "1000000 or less"),
        ("STATEMENT_TIMEOUT_SECONDS", "99999999", "1000000 or less"),
        ("BATCH_SIZE", "99999999999", "1000000 or less"),
        ("RETENTION_DAYS", "-1", "0 or more"),
        ("RETENTION_DAYS", "999999999", "36500 or less"),
        ("WEBHOOK_DELIVERIES_DAYS", "99999999999", "36500 or less"),
        ("BREAKER_FAILURES", "-5", "0 or more"),
        ("MAX_ATTEMPTS", "-1", "0 or more"),
        ("METRICS_PORT", "99999", "65535 or less"),
        ("EMAIL_PORT", "99999", "65535 or less"),
        ("LOGIN_LOCK_MINUTES", "1e300", "1000000 or less"),
    ],
)
def test_a_number_that_cannot_work_stops_the_start_in_one_line(name: str, value: str, words: str) -> None:
    """It had started, and failed at each call of a worker, or sent nothing."""
    command = [sys.executable, "manage.py", "check"]
    ended = subprocess.run(
        command, cwd=ROOT, env={**os.environ, name: value}, capture_output=True, text=True, check=False
    )
    [line] = ended.stderr.strip().splitlines()
    assert (ended.returncode, line.startswith(f"Configuration error: {name} must be {words}")) == (1, True)
