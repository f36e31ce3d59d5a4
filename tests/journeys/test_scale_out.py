"""Two worker nodes with one database and RabbitMQ: one is killed, the other loses the broker alone.

The nodes are two process groups with names of their own, each with its own way to the broker.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from notification_service.mailings.models import Batch
from tests import rabbitmq
from tests.journeys.conftest import database_conninfo
from tests.journeys.half_open import HalfOpenable
from tests.journeys.mailing import check_rules, make_clients, sent, start_mailing, wait_until_finished
from tests.journeys.service import Service, kill, wait_until
from tests.rabbitmq import Rabbitmq

pytestmark = pytest.mark.skipif(not rabbitmq.is_installed(), reason=rabbitmq.NOTHING_HERE)

MESSAGES = 5000
ON_ITS_OWN, HEARD = "broker not heard", "broker heard"


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Rabbitmq]:
    server = Rabbitmq(tmp_path / "rabbitmq")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def line(broker: Rabbitmq) -> Iterator[HalfOpenable]:
    """The second node's way to the broker."""
    line = HalfOpenable(broker.port)
    yield line
    line.close()


@pytest.fixture
def service(
    transactional_db: None, broker: Rabbitmq, line: HalfOpenable, tmp_path: Path
) -> Iterator[Service]:
    service = Service(tmp_path, database_url=database_conninfo(), broker_url=broker.url)
    yield service
    service.stop()


def test_a_killed_node_and_a_node_cut_from_the_broker_lose_nothing(
    service: Service, broker: Rabbitmq, line: HalfOpenable
) -> None:
    make_clients(MESSAGES)
    service.start_gateway("--latency-ms", "40")
    service.start_beat()
    first = service.start_worker("first")
    service.start_worker("second", BROKER_URL=broker.url_through(line.port))
    mailing = start_mailing()
    wait_until(lambda: sent(mailing) > MESSAGES / 10 and len(claimers()) == 2, what="both nodes sending")
    kill(first)
    line.break_off()

    assert wait_until_finished(mailing)["sent"] == MESSAGES
    wait_until(lambda: ON_ITS_OWN in service.log("second"), what="the second node missing the broker")
    check_rules(mailing, service)
    heard = service.log("second").count(HEARD)
    line.mend()
    wait_until(lambda: service.log("second").count(HEARD) > heard, what="the second node hearing the broker")


def claimers() -> set[str]:
    return set(Batch.objects.values_list("claimed_by", flat=True))
