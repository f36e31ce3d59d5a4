import pytest

from notification_service.console.gateways.labels import KIND
from notification_service.delivery.gateways import KINDS, GatewaySettings, make_gateway
from notification_service.mailings.models import Gateway
from tests.delivery.gateways.wire import configured


def test_people_can_choose_exactly_the_kinds_that_have_an_adapter() -> None:
    assert set(KINDS) == set(Gateway.Kind.values), "Gateway.Kind in mailings/models/gateway.py"
    assert set(KIND) == set(Gateway.Kind.values), "KIND in console/gateways/labels.py"


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_makes_its_own_gateway(kind: str) -> None:
    settings = configured(kind, GatewaySettings("http://127.0.0.1:1", "token"))
    assert type(make_gateway(kind, settings)) is KINDS[kind]


def test_a_kind_of_a_later_version_is_refused() -> None:
    with pytest.raises(KeyError, match="pigeon"):
        make_gateway("pigeon", GatewaySettings("http://127.0.0.1:1", "token"))
