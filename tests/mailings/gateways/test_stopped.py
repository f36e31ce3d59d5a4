"""Which gateway a mailing waits for, as none of its own takes messages now."""

from typing import Any

import pytest

from notification_service.mailings.gateways import (
    GatewayFault,
    GatewayUnusable,
    State,
    gateway_states,
    note_usability,
    stopped_by,
)
from notification_service.mailings.models import Gateway
from tests.factories import make_gateway, make_running_mailing, now

pytestmark = pytest.mark.django_db

HELD: dict[str, Any] = {"held_at": now(), "held_reason": "response_timeout"}


def stopped(**fields: Any) -> tuple[str, State] | None:
    """The name of the gateway that a mailing waits for."""
    found = stopped_by(
        make_running_mailing(**fields), gateway_states(Gateway.objects.order_by("priority", "id"))
    )
    return (found.gateway.name, found.state) if found else None


def change_main(**fields: Any) -> None:
    Gateway.objects.filter(name="main").update(**fields)


def test_a_mailing_waits_for_no_gateway_that_is_well() -> None:
    assert stopped() is None


def test_a_mailing_waits_for_the_default_gateway_that_is_held() -> None:
    make_gateway(priority=5)
    change_main(**HELD)
    assert stopped() == ("main", State.HELD)


def test_a_mailing_waits_for_its_own_gateway_and_not_for_the_default_one() -> None:
    own = make_gateway(name="own", priority=5)
    change_main(**HELD)
    assert stopped(gateway=own) is None
    Gateway.objects.filter(pk=own.pk).update(**HELD)
    assert stopped(gateway=own) == ("own", State.HELD)


def test_a_mailing_with_failover_waits_only_where_every_gateway_is_held() -> None:
    next_one = make_gateway(name="next", priority=5)
    change_main(**HELD)
    assert stopped(failover=True) is None
    Gateway.objects.filter(pk=next_one.pk).update(**HELD)
    assert stopped(failover=True) == ("main", State.HELD)


def test_a_mailing_waits_for_a_gateway_that_is_disabled() -> None:
    own = make_gateway(name="own", priority=5, enabled=False)
    assert stopped(gateway=own) == ("own", State.DISABLED)


def test_a_mailing_waits_where_every_gateway_is_disabled() -> None:
    change_main(enabled=False)
    assert stopped() == ("main", State.DISABLED)


def test_a_mailing_waits_for_a_gateway_that_no_worker_can_use() -> None:
    unusable = GatewayUnusable(GatewayFault.URL_MISSING, "it has no URL")
    note_usability(Gateway.objects.get().pk, worker="worker", unusable=unusable)
    assert stopped() == ("main", State.UNUSABLE)
