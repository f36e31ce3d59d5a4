import pytest

from notification_service.delivery.gateways import KINDS, GatewaySettings, make_gateway
from notification_service.mailings.models import Gateway


def test_every_kind_people_may_choose_has_a_gateway_and_no_other() -> None:
    assert set(KINDS) == set(Gateway.Kind.values)


@pytest.mark.parametrize("kind", KINDS)
def test_makes_a_gateway_of_the_kind(kind: str) -> None:
    assert type(make_gateway(kind, GatewaySettings("http://127.0.0.1:1", "token"))) is KINDS[kind]


def test_a_kind_of_a_later_version_is_not_known() -> None:
    with pytest.raises(KeyError, match="pigeon"):
        make_gateway("pigeon", GatewaySettings("http://127.0.0.1:1", "token"))
