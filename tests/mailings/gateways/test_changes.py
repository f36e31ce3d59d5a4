from typing import Any

import pytest
from pytest_django import Settings

from notification_service.mailings.gateways import (
    GatewayInUse,
    InvalidGateway,
    State,
    default_gateway,
    delete_gateway,
    endpoint,
    gateway_states,
    release_gateway,
    save_gateway,
)
from notification_service.mailings.heartbeats import forget_worker, record_heartbeat
from notification_service.mailings.models import Gateway
from tests.factories import make_gateway, make_gateway_use, make_mailing, now
from tests.reasons import held_for, http_status

pytestmark = pytest.mark.django_db
PUBLIC = "http://8.8.8.8"


@pytest.fixture(autouse=True)
def lasting_key(settings: Settings) -> None:
    settings.SECRET_KEY_IS_TEMPORARY = False


def main() -> Gateway:
    return Gateway.objects.get(name="main")


def test_a_new_gateway_has_its_token_encrypted() -> None:
    gateway = save_gateway(None, name="backup", url=PUBLIC, token="secret")
    kept = Gateway.objects.get(pk=gateway.pk)
    assert b"secret" not in bytes(kept.token_encrypted or b"")
    assert endpoint(kept).token == "secret"


def test_a_token_and_a_token_variable_replace_each_other() -> None:
    gateway = save_gateway(None, name="b", url=PUBLIC, token="secret")
    gateway = save_gateway(gateway, token_variable="GATEWAY_TOKEN_B")
    assert (gateway.token_encrypted, gateway.token_variable) == (None, "GATEWAY_TOKEN_B")
    save_gateway(gateway, token="other")
    assert endpoint(Gateway.objects.get(pk=gateway.pk)).token == "other"


@pytest.mark.parametrize("secret", [{"token": "secret"}, {"token_variable": "GATEWAY_TOKEN_B"}])
@pytest.mark.parametrize("url", ["http://8.8.4.4", "https://8.8.8.8", "http://8.8.8.8:8080/v2"])
def test_a_token_does_not_follow_a_gateway_to_another_server(secret: dict[str, str], url: str) -> None:
    gateway = save_gateway(None, name="b", url=PUBLIC, **secret)
    with pytest.raises(InvalidGateway, match="enter the token again") as refused:
        save_gateway(gateway, url=url)
    assert refused.value.field == "token"
    assert Gateway.objects.get(pk=gateway.pk).url == PUBLIC
    assert save_gateway(gateway, url=url, token="other").url == url


def test_a_token_stays_where_only_the_path_changes() -> None:
    gateway = save_gateway(None, name="b", url=PUBLIC, token="secret")
    assert endpoint(save_gateway(gateway, url=f"{PUBLIC}/v2")).token == "secret"


def test_the_values_of_the_main_gateway_from_the_environment_cannot_be_changed() -> None:
    for changes in ({"url": PUBLIC}, {"name": "x"}, {"token": "x"}, {"token_variable": "GATEWAY_TOKEN_B"}):
        with pytest.raises(InvalidGateway, match="from the environment"):
            save_gateway(main(), **changes)
    assert save_gateway(main(), max_requests_per_second=5).max_requests_per_second == 5


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("name", {"name": "Up!"}),
        ("name", {"name": "main"}),
        ("url", {"url": "http://127.0.0.1"}),
        ("url", {"url": ""}),
        ("kind", {"kind": "pigeon"}),
        ("token", {"token": "two\nlines"}),
        ("token_variable", {"token_variable": "SECRET_KEY"}),
        ("token_variable", {"token": "x", "token_variable": "GATEWAY_TOKEN"}),
        ("max_concurrency", {"max_concurrency": 0}),
        ("request_timeout_seconds", {"request_timeout_seconds": float("nan")}),
        ("priority", {"priority": 40_000}),
    ],
)
def test_a_bad_value_is_refused_with_its_field(field: str, changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidGateway) as refusal:
        save_gateway(None, **{"name": "b", "url": PUBLIC} | changes)
    assert refusal.value.field == field


def test_a_token_is_refused_while_the_secret_key_is_temporary(settings: Settings) -> None:
    settings.SECRET_KEY_IS_TEMPORARY = True
    with pytest.raises(InvalidGateway, match="SECRET_KEY is not set"):
        save_gateway(None, name="b", url=PUBLIC, token="x")


def test_a_gateway_in_use_cannot_be_deleted() -> None:
    gateway = make_gateway()
    make_mailing(gateway=gateway)
    with pytest.raises(GatewayInUse, match="Disable it instead"):
        delete_gateway(gateway.pk)


def test_the_main_gateway_cannot_be_deleted() -> None:
    with pytest.raises(GatewayInUse):
        delete_gateway(main().pk)


def test_an_unused_gateway_can_be_deleted() -> None:
    gateway = make_gateway()
    delete_gateway(gateway.pk)
    assert not Gateway.objects.filter(pk=gateway.pk).exists()


def test_a_release_makes_the_probe_of_a_held_gateway_due_at_once() -> None:
    gateway = make_gateway(held_at=now(), probe_at=now().replace(year=2100), **held_for(http_status(401)))
    release_gateway(gateway.pk)
    gateway.refresh_from_db()
    assert gateway.probe_at is not None
    assert gateway.probe_at <= now()
    assert gateway.held_at is not None


def test_the_default_is_the_enabled_gateway_of_the_lowest_priority() -> None:
    first = make_gateway(priority=-1)
    assert default_gateway() == first
    save_gateway(first, enabled=False)
    assert default_gateway() == main()


def test_the_state_of_a_gateway_follows_its_row_and_live_workers() -> None:
    slow, held = make_gateway(), make_gateway(held_at=now())
    make_gateway_use(slow, concurrency=8, full_concurrency=64, latency_ms=300)
    make_gateway_use(slow, latency_ms=100)
    make_gateway_use(slow, seen_at=now().replace(year=2020), latency_ms=9000)
    states = gateway_states([main(), slow, held, make_gateway(enabled=False)])
    assert [each.state for each in states] == [State.HEALTHY, State.SLOW, State.HELD, State.DISABLED]
    assert (states[1].workers, states[1].concurrency, states[1].latency_ms) == (2, 72, 200)


def test_a_gateway_stays_unusable_for_as_long_as_the_worker_lives_that_found_it_so() -> None:
    gateway, long_ago = make_gateway(), now().replace(year=2020)
    make_gateway_use(gateway, worker="alive", seen_at=long_ago, unusable_reason="no name")
    record_heartbeat("alive", silent_seconds=0)
    assert [each.state for each in gateway_states([gateway])] == [State.UNUSABLE]
    forget_worker("alive")
    assert [each.state for each in gateway_states([gateway])] == [State.HEALTHY]
