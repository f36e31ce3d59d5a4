"""A row's own authorities and certificate are what a worker connects with."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from notification_service.delivery.gateway_list import list_gateway
from notification_service.delivery.gateways import make_gateway, reach
from notification_service.delivery.outcome import NoResponse, Response
from notification_service.mailings.gateways import save_gateway
from notification_service.mailings.models import Gateway
from tests.delivery.database import config
from tests.delivery.wire.certificates import Authority, parts_of, server_context
from tests.delivery.wire.server import GOOD, answering, serving

pytestmark = pytest.mark.django_db


@pytest.fixture
def authority(tmp_path: Path, settings: Settings) -> Authority:
    settings.SECRET_KEY_IS_TEMPORARY = False
    settings.GATEWAY_ALLOW_PRIVATE_ADDRESSES = True
    return Authority(tmp_path)


def outcome(authority: Authority, fields: dict[str, str]) -> Any:
    """Of one message to a server of this authority that asks for a certificate of it."""
    tls = server_context(authority.issue("127.0.0.1"), client_authority=authority.file)
    gateway = save_gateway(None, name="bank", url="https://127.0.0.1:1", **fields)

    async def send() -> Any:
        async with serving(answering(GOOD), tls=tls) as server:
            gateway.url = f"https://127.0.0.1:{server.port}"
            listed = list_gateway(gateway, config())
            adapter = make_gateway(listed.kind, listed.settings)
            try:
                await reach(listed.settings)
                return await adapter.send(message_id=7, phone="79161234567", text="Hello")
            except Exception as error:  # noqa: BLE001 (the doctor says it)
                return error
            finally:
                await adapter.close()

    return asyncio.run(send())


def test_a_gateway_that_asks_for_a_certificate_gets_that_of_its_row(authority: Authority) -> None:
    certificate, key = parts_of(authority.issue("service"))
    own = {"tls_ca": authority.pem, "tls_certificate": certificate, "tls_key": key}
    assert isinstance(outcome(authority, own), Response)


def test_a_gateway_of_an_unknown_authority_gets_no_message(authority: Authority) -> None:
    assert not isinstance(outcome(authority, {}), Response)


def test_no_message_goes_without_the_certificate_that_is_asked_for(authority: Authority) -> None:
    assert isinstance(outcome(authority, {"tls_ca": authority.pem}), NoResponse)


def test_the_key_is_on_no_disk_after_its_use(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    certificate, key = parts_of(authority.issue("service"))
    gateway = Gateway(url="https://127.0.0.1:1", name="bank", tls_certificate=certificate)
    settings = list_gateway(gateway, config()).settings
    make_gateway("probe_server", type(settings)(settings.url, "t", certificate=certificate, key=key))
    assert list(temporary.iterdir()) == []
