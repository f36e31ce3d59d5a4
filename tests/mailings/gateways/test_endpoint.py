from pathlib import Path

import pytest
from pytest_django import Settings

from notification_service.mailings.gateways import (
    Endpoint,
    GatewayUnusable,
    decrypt_token,
    encrypt_token,
    endpoint,
    shown_url,
)
from notification_service.mailings.gateways.address import is_public
from notification_service.mailings.models import Gateway

PUBLIC = "http://8.8.8.8"


def test_the_main_gateway_takes_its_url_and_token_from_the_environment(settings: Settings) -> None:
    settings.GATEWAY_URL, settings.GATEWAY_TOKEN = "http://127.0.0.1:1", "t"
    assert endpoint(Gateway(name="main")) == Endpoint("http://127.0.0.1:1", "t")


def test_the_main_gateway_is_unusable_without_a_url_in_the_environment(settings: Settings) -> None:
    settings.GATEWAY_URL = ""
    with pytest.raises(GatewayUnusable, match="GATEWAY_URL is not set"):
        endpoint(Gateway(name="main"))


def test_a_token_comes_from_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_TOKEN_B", "secret")
    gateway = Gateway(name="b", url=f"{PUBLIC}/", token_variable="GATEWAY_TOKEN_B")
    assert endpoint(gateway) == Endpoint(PUBLIC, "secret", is_allowed=is_public)


def test_a_token_comes_from_the_file_of_its_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from a file\n")
    monkeypatch.setenv("GATEWAY_TOKEN_B_FILE", str(tmp_path / "token"))
    gateway = Gateway(name="b", url=PUBLIC, token_variable="GATEWAY_TOKEN_B")
    assert endpoint(gateway).token == "from a file"


@pytest.mark.parametrize("variable", ["SECRET_KEY", "DATABASE_URL", "TOKEN", "gateway_token_b"])
def test_only_a_gateway_token_variable_is_read_for_a_gateway(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "not for strangers")
    with pytest.raises(GatewayUnusable, match="GATEWAY_TOKEN"):
        endpoint(Gateway(name="b", url=PUBLIC, token_variable=variable))


def test_an_unset_token_variable_is_named() -> None:
    with pytest.raises(GatewayUnusable, match="GATEWAY_TOKEN_NOWHERE is not set"):
        endpoint(Gateway(name="b", url=PUBLIC, token_variable="GATEWAY_TOKEN_NOWHERE"))


def test_a_stored_token_is_decrypted_and_is_in_no_repr() -> None:
    found = endpoint(Gateway(name="b", url=PUBLIC, token_encrypted=encrypt_token("secret")))
    assert found.token == "secret"
    assert "secret" not in repr(found)


def test_a_token_is_read_under_a_former_key(settings: Settings) -> None:
    kept = encrypt_token("secret")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new", [settings.SECRET_KEY]
    assert decrypt_token(kept) == "secret"


def test_a_token_under_a_lost_key_is_unusable(settings: Settings) -> None:
    kept = encrypt_token("secret")
    settings.SECRET_KEY = "new"
    with pytest.raises(GatewayUnusable, match="SECRET_KEY_FALLBACKS"):
        decrypt_token(kept)


def test_a_private_address_is_refused_at_the_time_of_use() -> None:
    with pytest.raises(GatewayUnusable, match="private"):
        endpoint(Gateway(name="b", url="http://127.0.0.1"))


def test_the_shown_url_of_the_main_gateway_has_no_secrets(settings: Settings) -> None:
    settings.GATEWAY_URL = "https://user:secret@gateway.example:8/x?key=1"
    assert shown_url(Gateway(name="main")) == "https://gateway.example:8/x"
