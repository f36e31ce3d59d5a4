"""What a worker learns of the mailings' terms and of the database's clock."""

import asyncio
import time
from datetime import time as time_of_day

import psycopg
import pytest

from notification_service.delivery.messages import MailingTerms
from notification_service.delivery.steady import steady_seconds
from notification_service.mailings.lifecycle import delete_mailing
from notification_service.mailings.models import ContactHours, Gateway
from notification_service.mailings.send_window import SendWindow
from tests.delivery.database import make_lane, on_row, terms_of
from tests.delivery.scripted_gateway import ScriptedGateway
from tests.factories import make_mailing, make_message, make_messages, make_running_mailing, now
from tests.reasons import http_status


def test_terms_show_the_current_values_of_the_mailing(conninfo: str) -> None:
    mailing = make_running_mailing(
        text="Hi", window_from=time_of_day(22), window_to=time_of_day(6, 30), on_unknown="give_up"
    )
    terms = terms_of(conninfo, mailing.id)
    hours = (SendWindow(time_of_day(22), time_of_day(6, 30)),)
    assert terms == {
        mailing.id: MailingTerms("Hi", mailing.end_at, hours, give_up_on_unknown=True, is_running=True)
    }


def test_terms_have_the_hours_of_the_mailing_and_those_of_all(conninfo: str) -> None:
    ContactHours.objects.create(window_from=time_of_day(8), window_to=time_of_day(20), window_holidays="RU")
    mailing = make_running_mailing(window_days=["mon", "tue"], hours_version=2)
    terms = terms_of(conninfo, mailing.id)[mailing.id]
    everyones = SendWindow(time_of_day(8), time_of_day(20), holidays="RU")
    assert terms.hours == (SendWindow(days=frozenset({"mon", "tue"})), everyones)
    assert terms.hours_version == 2


def test_terms_of_a_mailing_without_a_window_have_no_window(conninfo: str) -> None:
    mailing = make_running_mailing()
    terms = terms_of(conninfo, mailing.id)[mailing.id]
    assert (terms.hours, terms.give_up_on_unknown) == ((), False)


@pytest.mark.parametrize("status", ["scheduled", "paused", "finished", "cancelled"])
def test_terms_say_that_a_mailing_does_not_run(conninfo: str, status: str) -> None:
    mailing = make_mailing(status=status)
    assert not terms_of(conninfo, mailing.id)[mailing.id].is_running


def test_terms_say_that_a_deleted_mailing_does_not_run(conninfo: str) -> None:
    mailing = make_running_mailing()
    delete_mailing(mailing.id)
    assert not terms_of(conninfo, mailing.id)[mailing.id].is_running


@pytest.mark.parametrize(
    ("statuses", "is_written", "is_done"),
    [
        (["sent", "failed"], True, True),
        ([], True, True),
        (["sent", "pending"], True, False),
        (["sent", "sending"], True, False),
        (["sent"], False, False),
    ],
)
def test_terms_say_whether_all_messages_of_a_mailing_have_ended(
    conninfo: str, statuses: list[str], is_written: bool, is_done: bool
) -> None:
    mailing = make_running_mailing(audience_built_at=now() if is_written else None)
    make_messages(make_running_mailing(), 1)  # another mailing's messages are not among them
    for status in statuses:
        make_message(mailing, status=status)
    assert terms_of(conninfo, mailing.id)[mailing.id].is_done is is_done


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


def test_a_gateway_is_being_released_until_its_row_says_that_it_is(conninfo: str) -> None:
    """A probe that fails meanwhile opens the breaker no more: another one has shown life."""

    async def release_slowly() -> list[bool]:
        lane = make_lane(conninfo, ScriptedGateway())
        shared = lane.shared
        shared.hold_gateway(http_status(503))
        await shared.sync(under_way=0)
        shared.release_gateway()
        async with await psycopg.AsyncConnection.connect(conninfo) as other:
            await other.execute("SELECT FROM mailings_gateway FOR UPDATE")
            syncing = asyncio.create_task(shared.sync(under_way=0))
            await asyncio.wait_for(is_waited_for(other), 20)
            seen = [shared.is_held, shared.is_being_released]
            await other.commit()
            await syncing
        seen += [shared.is_held, shared.is_being_released, shared.is_open]
        await lane.close()
        return seen

    assert asyncio.run(release_slowly()) == [True, True, False, False, True]


def test_what_is_wished_while_an_earlier_wish_is_written_is_written_next(conninfo: str) -> None:
    async def hold_while_releasing() -> list[bool]:
        lane = make_lane(conninfo, ScriptedGateway())
        shared = lane.shared
        shared.release_gateway()
        async with await psycopg.AsyncConnection.connect(conninfo) as other:
            await other.execute("SELECT FROM mailings_gateway FOR UPDATE")
            syncing = asyncio.create_task(shared.sync(under_way=0))
            await asyncio.wait_for(is_waited_for(other), 20)
            shared.hold_gateway(http_status(503))
            await other.commit()
            await syncing
        seen = [shared.is_held, shared.is_open]
        await shared.sync(under_way=0)
        await lane.close()
        return seen

    assert asyncio.run(hold_while_releasing()) == [True, False]
    assert Gateway.objects.get(name="main").breaker == "open"


async def is_waited_for(locking: psycopg.AsyncConnection[tuple[int]]) -> None:
    """Until another session waits for what this one has locked."""
    waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND %s = ANY(pg_blocking_pids(pid))"
    while (await (await locking.execute(waits, [locking.info.backend_pid])).fetchone()) == (0,):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
