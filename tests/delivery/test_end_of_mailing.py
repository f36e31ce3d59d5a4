"""A mailing is finished when its last outcome is recorded, not when somebody looks the next time."""

from collections.abc import Callable
from secrets import token_hex

import pytest
from celery import Celery

from notification_service.mailings import wake_up as wake_up_module
from notification_service.mailings.models import Mailing
from notification_service.mailings.settlement import settle
from notification_service.mailings.wake_up import SETTLE
from tests.delivery.scripted_gateway import ScriptedGateway, drain
from tests.factories import make_messages, make_running_mailing, now


@pytest.fixture
def next_call(monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """Waits for the next call that reaches the broker, and returns the name of its task."""
    broker = Celery(broker="memory://", set_as_current=False)
    broker.conf.task_default_queue = token_hex(8)
    monkeypatch.setattr(wake_up_module, "app", broker)
    wake_up_module._publisher.cache_clear()  # that of an earlier test may still wait for a broker that hung

    def next_call() -> str:
        with broker.connection_for_read() as channel:
            queue = channel.SimpleQueue(broker.conf.task_default_queue, no_ack=True)
            return str(queue.get(timeout=30).headers["task"])

    return next_call


def test_a_worker_that_records_the_last_outcome_calls_for_the_end(
    conninfo: str, next_call: Callable[[], str]
) -> None:
    mailing = make_running_mailing(audience_built_at=now())
    make_messages(mailing, 3)
    drain(conninfo, ScriptedGateway())
    assert next_call() == SETTLE
    settle()
    assert Mailing.objects.get().status == Mailing.Status.FINISHED
