"""A URL that cannot be asked is refused where it is read, without being quoted: it may have a password."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from notification_service.environment import Environment


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
