import pytest

from notification_service.delivery.config import DeliveryConfig
from notification_service.delivery.gateway_list import GatewayList
from notification_service.mailings.models import Gateway
from tests.factories import make_gateway


@pytest.mark.django_db
def test_a_gateway_of_an_unknown_kind_does_not_affect_other_gateways() -> None:
    Gateway.objects.update(enabled=False)
    make_gateway(name="known", kind="form_sms")
    make_gateway(name="unknown", kind="pigeon_post")
    listed = GatewayList(DeliveryConfig())
    listed.refresh()
    assert [(known.name, known.kind) for known in listed.gateways] == [("known", "form_sms")]
