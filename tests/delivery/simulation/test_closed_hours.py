"""A message whose hours are closed takes nothing of a gateway's rate, which others need."""

from datetime import time

import pytest

from notification_service.delivery.limits.rate import Permits
from notification_service.delivery.messages import Claimed, ClaimedBatch, MailingTerms, Released, Reply
from notification_service.delivery.send import Sender
from notification_service.mailings.send_window import SendWindow
from tests.delivery.simulation.clock import run
from tests.delivery.simulation.queue import FAR
from tests.delivery.simulation.world import WELL, World


@pytest.mark.parametrize(("opens", "permits_left"), [(time(9), 1), (time(7), 0)])
def test_only_a_message_whose_hours_are_open_takes_a_permit(opens: time, permits_left: int) -> None:
    """It is eight o'clock."""
    world = World()
    lane = world._lane()

    async def send() -> None:
        await lane.shared.sync(under_way=0)
        lane.shared.max_rate = 10.0
        hours = (SendWindow(opens, time(20)),)
        lane.shared.terms[1] = MailingTerms("text", FAR, hours, False, True, hours_version=3)
        lane.permits.add(Permits(first_at=world.clock.time(), spacing=1.0, count=1))
        message = Claimed(ClaimedBatch(1, left=1, start_before=10.0), 1, 1, 1, WELL, "UTC")
        outcome = await Sender(lane).send(message, now=world.clock.now)
        assert isinstance(outcome, Reply if not permits_left else Released)
        assert lane.permits.left(now=0.0) == permits_left

    run(world.clock, send())
