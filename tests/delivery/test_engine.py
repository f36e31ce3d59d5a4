"""A lane for each gateway of the list; what is wrong with one is nothing to the others."""

import gc
from collections.abc import Iterator
from dataclasses import replace

import pytest

from notification_service.delivery.config import DeliveryConfig
from notification_service.delivery.engine import Engine
from notification_service.delivery.gateway_list import list_gateway
from tests.factories import make_gateway


@pytest.fixture
def as_collected_before() -> Iterator[None]:
    """An engine has its process collect garbage more rarely."""
    threshold = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*threshold)


@pytest.mark.django_db
@pytest.mark.usefixtures("as_collected_before")
def test_a_gateway_that_cannot_be_opened_keeps_no_other_from_being_opened() -> None:
    """As where the files of its TLS are gone since they were read."""
    first, second = (list_gateway(make_gateway(), DeliveryConfig()) for _ in range(2))
    broken = replace(first, settings=replace(first.settings, token="a line\n"))
    engine = Engine(DeliveryConfig(), conninfo="")
    engine._list.gateways = (broken, second)
    engine._loop.run_until_complete(engine._follow_list())
    assert set(engine._dispatchers) == {second.id}
    assert [gateway.id for gateway in engine._list.gateways] == [second.id]
    engine._loop.run_until_complete(engine._dispatchers[second.id].lane.close())
    engine._loop.close()
