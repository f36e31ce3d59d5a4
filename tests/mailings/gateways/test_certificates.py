"""A gateway's own authorities, and our certificate with its key: kept, encrypted, checked before use."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from pytest_django import Settings

from notification_service.audit.models import Entry
from notification_service.mailings.gateways import endpoint, gateway_problems, save_gateway
from notification_service.mailings.models import Gateway
from tests.delivery.wire.certificates import DAY, Authority, parts_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def lasting_key(settings: Settings) -> None:
    settings.SECRET_KEY_IS_TEMPORARY = False


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def pair(authority: Authority, name: str = "service", *, ends_in: timedelta = DAY) -> dict[str, str]:
    certificate, key = parts_of(authority.issue(name, ends_in=ends_in))
    return {"tls_certificate": certificate, "tls_key": key}


def saved(**fields: Any) -> Gateway:
    gateway = save_gateway(None, name="shop", url="https://8.8.8.8", **fields)
    gateway.refresh_from_db()
    return gateway


def problems(gateway: Gateway | None = None, /, **changes: Any) -> dict[str, str]:
    new = {} if gateway else {"name": "shop", "url": "https://8.8.8.8"}
    return {each.path: each.problem.value for each in gateway_problems(gateway, **new | changes)}


def test_a_certificate_is_kept_with_its_key_encrypted(authority: Authority) -> None:
    own = pair(authority)
    gateway = saved(tls_ca=authority.pem, **own)
    assert b"PRIVATE KEY" not in bytes(gateway.tls_key_encrypted or b"")
    found = endpoint(gateway)
    assert (found.ca, found.certificate, found.key) == (authority.pem, *own.values())
    assert "PRIVATE KEY" not in repr(found)


def test_the_gateway_of_the_environment_can_have_authorities_of_its_own(
    authority: Authority, settings: Settings
) -> None:
    settings.GATEWAY_URL = "https://gateway.example"
    main = save_gateway(Gateway.objects.get(name="main"), tls_ca=authority.pem)
    assert (endpoint(main).url, endpoint(main).ca) == ("https://gateway.example", authority.pem)


def test_a_certificate_can_be_renewed_with_the_same_key(authority: Authority, tmp_path: Path) -> None:
    gateway = saved(**pair(authority))
    renewed = authority.renew("service")
    gateway = save_gateway(gateway, tls_certificate=renewed)
    assert endpoint(gateway).certificate == renewed


def test_a_key_goes_with_its_certificate(authority: Authority) -> None:
    gateway = save_gateway(saved(**pair(authority)), tls_certificate="")
    assert (gateway.tls_certificate, gateway.tls_key_encrypted) == ("", None)


def test_the_audit_log_has_no_key(authority: Authority) -> None:
    saved(tls_ca=authority.pem, **pair(authority))
    changes = Entry.objects.get(object_kind="gateway").changes
    assert changes["tls_key"] == [None, "hidden"]
    assert changes["tls_ca"][1].startswith("SHA-256 ")


def test_authorities_that_cannot_be_read_or_have_expired_are_refused(
    tmp_path: Path, authority: Authority
) -> None:
    expired, _ = parts_of(authority.issue("old", ends_in=-DAY))
    assert problems(tls_ca="nothing") == {"tls_ca": "certificate_unreadable"}
    assert problems(tls_ca=authority.pem[:200]) == {"tls_ca": "certificate_unreadable"}
    assert problems(tls_ca=authority.issue("both").read_text()) == {"tls_ca": "certificate_unreadable"}
    assert problems(tls_ca=expired) == {"tls_ca": "certificate_expired"}
    assert problems(tls_ca=expired + authority.pem) == {}
    assert problems(tls_ca="x" * 300_000) == {"tls_ca": "certificate_unreadable"}


def test_a_certificate_that_cannot_be_used_is_refused(authority: Authority) -> None:
    own, other = pair(authority), pair(authority, "other")
    expired = pair(authority, "old", ends_in=-DAY)
    locked = load_pem_private_key(own["tls_key"].encode(), None).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"password")
    )
    assert problems(**expired) == {"tls_certificate": "certificate_expired"}
    assert problems(tls_certificate="nothing", tls_key=own["tls_key"]) == {
        "tls_certificate": "certificate_unreadable"
    }
    assert problems(tls_certificate=own["tls_certificate"]) == {"tls_key": "key_missing"}
    assert problems(tls_key=own["tls_key"]) == {"tls_certificate": "certificate_missing"}
    assert problems(**own | {"tls_key": other["tls_key"]}) == {"tls_key": "key_misfit"}
    assert problems(**own | {"tls_key": locked.decode()}) == {"tls_key": "certificate_unreadable"}
    assert problems(**own | {"tls_key": "nothing"}) == {"tls_key": "certificate_unreadable"}


def test_a_certificate_that_does_not_fit_the_kept_key_is_refused(authority: Authority) -> None:
    gateway = saved(**pair(authority))
    other = pair(authority, "other")
    assert problems(gateway, tls_certificate=other["tls_certificate"]) == {"tls_key": "key_misfit"}
    assert problems(gateway, tls_key="") == {"tls_key": "key_missing"}
    assert problems(gateway, **other) == {}


def test_a_key_that_no_worker_could_read_is_refused(authority: Authority, settings: Settings) -> None:
    settings.SECRET_KEY_IS_TEMPORARY = True
    assert problems(**pair(authority)) == {"tls_key": "secret_key_missing"}
