"""Gateways of kind `http` as rows: what is kept, what follows from the settings, what is refused."""

from typing import Any

import pytest
from pytest_django import Settings

from notification_service.audit.models import Entry
from notification_service.mailings.gateways import (
    InvalidGateway,
    endpoint,
    gateway_problems,
    save_gateway,
    shown_url,
)
from notification_service.mailings.models import Gateway
from tests.mailings.gateways.http.configs import changed

pytestmark = pytest.mark.django_db
CONFIG = changed(url="https://8.8.8.8/send?to={{phone}}")
NEW = {"name": "shop", "kind": "http", "config": CONFIG, "token": "secret"}


@pytest.fixture(autouse=True)
def lasting_key(settings: Settings) -> None:
    settings.SECRET_KEY_IS_TEMPORARY = False


def refused(gateway: Gateway | None = None, **changes: Any) -> dict[str, str]:
    """What is wrong, by place; nothing is saved."""
    count = Gateway.objects.count()
    problems = {problem.path: problem.problem.value for problem in gateway_problems(gateway, **changes)}
    with pytest.raises(InvalidGateway) as raised:
        save_gateway(gateway, **changes)
    assert {each.path for each in (raised.value, *raised.value.others)} == problems.keys()
    assert Gateway.objects.count() == count
    return problems


def test_the_address_of_a_gateway_is_the_origin_of_its_settings() -> None:
    gateway = save_gateway(None, **NEW)
    gateway.refresh_from_db()
    found = endpoint(gateway)
    assert (found.url, found.token, found.config) == ("https://8.8.8.8", "secret", CONFIG)
    assert shown_url(gateway) == "https://8.8.8.8"


def test_new_settings_move_a_gateway_to_another_server_only_with_its_token() -> None:
    gateway = save_gateway(None, **NEW)
    config = changed(url="https://8.8.4.4/")
    assert refused(gateway, config=config) == {"token": "token_of_another_server"}
    assert save_gateway(gateway, config=config, token="other").url == "https://8.8.4.4"


def test_settings_go_with_their_kind() -> None:
    gateway = save_gateway(None, **NEW)
    gateway = save_gateway(gateway, kind="probe_server")
    assert (gateway.config, gateway.url) == (None, "https://8.8.8.8")
    assert refused(gateway, kind="http") == {"config": "config_missing"}
    assert refused(gateway, config=CONFIG) == {"config": "config_of_another_kind"}


def test_a_gateway_is_disabled_without_its_settings_being_given_again() -> None:
    gateway = save_gateway(None, **NEW)
    assert save_gateway(gateway, enabled=False).config == CONFIG


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        ({"config": None}, {"config": "config_missing"}),
        ({"url": "https://8.8.4.4"}, {"url": "url_of_config"}),
        ({"config": changed(url="https://10.0.0.1/")}, {"config/url": "private_address"}),
        ({"config": changed(url="https://2130706433/")}, {"config/url": "not_an_address"}),
        ({"config": changed(url="https://u:p@8.8.8.8/")}, {"config/url": "url_malformed"}),
        ({"config": changed(url="https://nowhere.invalid/")}, {"config/url": "name_not_resolved"}),
        ({"config": {**CONFIG, "provider_id": "id"}}, {"config/provider_id": "pointer_malformed"}),
        ({"token": ""}, {"token": "token_missing"}),
        ({"config": {**CONFIG, "headers": {"A": "{{password}}"}}}, {"token": "token_not_login"}),
        ({"config": {**CONFIG, "a": 1}, "name": "A"}, {"config/a": "config_wrong", "name": "name_malformed"}),
    ],
)
def test_a_new_gateway_is_refused_for_all_that_is_wrong(
    changes: dict[str, Any], problems: dict[str, str]
) -> None:
    assert refused(None, **NEW | changes) == problems


def test_settings_must_fit_the_token_that_is_kept() -> None:
    gateway = save_gateway(None, **NEW)
    config = {**CONFIG, "headers": {"Authorization": "Basic {{basic_token}}", "X": "{{login}}"}}
    assert refused(gateway, config=config) == {"token": "token_not_login"}
    save_gateway(gateway, config=config, token="login:password")


def test_a_token_of_the_workers_environment_is_theirs_to_check() -> None:
    gateway = save_gateway(None, **NEW | {"token": "", "token_variable": "GATEWAY_TOKEN_SHOP"})
    assert gateway.token_variable == "GATEWAY_TOKEN_SHOP"


def test_the_gateway_of_the_environment_has_no_settings() -> None:
    main = Gateway.objects.get(name="main")
    assert refused(main, kind="http", config=CONFIG).keys() >= {"kind", "config"}


def test_the_audit_log_has_the_settings_and_no_secret() -> None:
    gateway = save_gateway(None, **NEW)
    save_gateway(gateway, config={**CONFIG, "provider_id": "/id"}, token="other")
    entries = list(Entry.objects.filter(object_kind="gateway").order_by("pk"))
    assert [entry.changes["token"] for entry in entries] == [[None, "hidden"], ["hidden", "hidden"]]
    assert entries[1].changes["config"][1]["provider_id"] == "/id"
    assert "secret" not in str([entry.changes for entry in entries])
