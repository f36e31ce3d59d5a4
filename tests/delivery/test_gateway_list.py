from typing import Any

import pytest

from notification_service.delivery.config import DeliveryConfig
from notification_service.delivery.gateway_list import GatewayList
from notification_service.mailings.gateways import State, gateway_states
from notification_service.mailings.models import Gateway
from tests.factories import make_gateway
from tests.mailings.gateways.http.configs import changed

UNREADABLE = (
    "its token was kept under another SECRET_KEY: give this process the same one, "
    "name the old one in SECRET_KEY_FALLBACKS, or enter the token again"
)


def listed(config: DeliveryConfig | None = None) -> GatewayList:
    gateways = GatewayList(config or DeliveryConfig(), worker="worker")
    gateways.refresh()
    return gateways


@pytest.mark.django_db
def test_a_gateway_of_an_unknown_kind_does_not_affect_other_gateways() -> None:
    Gateway.objects.update(enabled=False)
    make_gateway(name="known", kind="form_sms")
    make_gateway(name="unknown", kind="pigeon_post")
    assert [(known.name, known.kind) for known in listed().gateways] == [("known", "form_sms")]


@pytest.mark.django_db
def test_a_name_is_looked_up_by_nobody_before_a_request() -> None:
    Gateway.objects.update(enabled=False)
    make_gateway(name="known", url="http://gateway.invalid")
    assert [known.name for known in listed().gateways] == ["known"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "problem", "reason"),
    [
        ({"kind": "pigeon_post"}, "setting_unusable", "this version knows no gateways of kind pigeon_post"),
        ({"url": "http://127.0.0.1:99999"}, "port_out_of_range", "the URL's port must be 1 to 65535"),
        (
            {"token_variable": "GATEWAY_TOKEN_NOWHERE"},
            "variable_missing",
            "the variable GATEWAY_TOKEN_NOWHERE is not set for this process",
        ),
        ({"token_encrypted": b"of another key"}, "token_unreadable", UNREADABLE),
        (
            {"kind": "http", "config": changed(provider_id="id")},
            "setting_unusable",
            "config/provider_id: must be a JSON Pointer such as /message/id",
        ),
        (
            {"kind": "http", "config": changed()},
            "token_missing",
            "the settings have {{token}}, and the gateway no token",
        ),
        (
            {"tls_certificate": "certificate", "tls_key_encrypted": b"of another key"},
            "token_unreadable",
            UNREADABLE.replace("token", "TLS key"),
        ),
    ],
)
def test_a_gateway_that_no_worker_can_use_says_why_until_one_can(
    fields: dict[str, Any], problem: str, reason: str
) -> None:
    Gateway.objects.update(enabled=False)
    gateway = make_gateway(name="broken", **fields)
    worker = listed()
    [state] = gateway_states([gateway])
    assert (worker.gateways, state.state) == ((), State.UNUSABLE)
    assert (state.unusable_problem, state.unusable_reason) == (problem, reason)
    Gateway.objects.filter(pk=gateway.pk).update(
        kind="form_sms",
        url="http://gateway.invalid",
        config=None,
        token_variable="",
        token_encrypted=None,
        tls_certificate="",
        tls_key_encrypted=None,
    )
    worker.refresh()
    [state] = gateway_states([gateway])
    assert ([known.name for known in worker.gateways], state.state) == (["broken"], State.HEALTHY)


@pytest.mark.django_db
def test_a_lease_is_as_much_longer_as_a_gateway_s_requests_may_take() -> None:
    Gateway.objects.update(enabled=False)
    make_gateway(name="a_quick", request_timeout_seconds=5)
    make_gateway(name="b_slow", request_timeout_seconds=200)
    config = DeliveryConfig(request_timeout_seconds=10, lease_seconds=30)
    quick, slow = (gateway.config for gateway in listed(config).gateways)
    assert (quick.request_timeout_seconds, quick.lease_seconds) == (5, 30)
    assert (slow.request_timeout_seconds, slow.lease_seconds) == (200, 220)
