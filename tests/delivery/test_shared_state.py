"""What a worker learns of the mailings' terms and of the database's clock."""

import asyncio
import time
from datetime import time as time_of_day

import pytest

from notification_service.delivery.messages import MailingTerms
from notification_service.delivery.steady import steady_seconds
from notification_service.mailings.lifecycle import delete_mailing
from notification_service.mailings.send_window import SendWindow
from tests.delivery.database import make_lane, on_row, terms_of
from tests.delivery.scripted_gateway import ScriptedGateway
from tests.factories import make_mailing, make_running_mailing, now


def test_terms_show_the_current_values_of_the_mailing(conninfo: str) -> None:
    mailing = make_running_mailing(
        text="Hi", window_from=time_of_day(22), window_to=time_of_day(6, 30), on_unknown="give_up"
    )
    terms = terms_of(conninfo, mailing.id)
    window = SendWindow(time_of_day(22), time_of_day(6, 30))
    assert terms == {
        mailing.id: MailingTerms("Hi", mailing.end_at, window, give_up_on_unknown=True, is_running=True)
    }


def test_terms_of_a_mailing_without_a_window_have_no_window(conninfo: str) -> None:
    mailing = make_running_mailing()
    terms = terms_of(conninfo, mailing.id)[mailing.id]
    assert (terms.window, terms.give_up_on_unknown) == (None, False)


@pytest.mark.parametrize("status", ["scheduled", "paused", "finished", "cancelled"])
def test_terms_say_that_a_mailing_does_not_run(conninfo: str, status: str) -> None:
    mailing = make_mailing(status=status)
    assert not terms_of(conninfo, mailing.id)[mailing.id].is_running


def test_terms_say_that_a_deleted_mailing_does_not_run(conninfo: str) -> None:
    mailing = make_running_mailing()
    delete_mailing(mailing.id)
    assert not terms_of(conninfo, mailing.id)[mailing.id].is_running


def test_a_removed_mailing_has_no_terms(conninfo: str) -> None:
    assert terms_of(conninfo, 12345) == {}


def test_the_clock_of_the_database_is_never_read_as_behind(conninfo: str) -> None:
    state = on_row(conninfo, lambda row: row.snapshot())
    assert state is not None
    ahead_of_us = state.database_ahead + steady_seconds() - now().timestamp()
    assert 0 <= ahead_of_us <= state.fast_by_at_most < 5


def test_what_was_heard_before_the_machine_was_suspended_is_old(
    conninfo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    present = time.clock_gettime

    async def sleep_a_minute() -> tuple[bool, float]:
        lane = make_lane(conninfo, ScriptedGateway())
        await lane.shared.sync(under_way=0)
        before = lane.shared.clock.time()
        monkeypatch.setattr("time.clock_gettime", lambda clock: present(clock) + 60)
        await lane.records.close()
        return lane.shared.is_fresh, lane.shared.clock.time() - before

    is_fresh, seconds = asyncio.run(sleep_a_minute())
    assert not is_fresh
    assert seconds >= 60
