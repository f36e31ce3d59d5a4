"""scheduled -> running <-> paused -> finished | cancelled, and what may change on the way."""

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest

from notification_service.audit.models import Entry
from notification_service.mailings.lifecycle import (
    Conflict,
    cancel_mailing,
    create_mailing,
    delete_mailing,
    finish_settled,
    pause_mailing,
    resume_mailing,
    start_due_mailings,
    update_mailing,
)
from notification_service.mailings.models import Mailing
from notification_service.mailings.validation import InvalidChange
from tests.factories import make_mailing, make_running_mailing, now

pytestmark = pytest.mark.django_db

STATUSES = ["scheduled", "running", "paused", "finished", "cancelled"]
MOVES: dict[Callable[[int], Mailing], dict[str, str]] = {
    pause_mailing: {"running": "paused", "paused": "paused"},
    resume_mailing: {"paused": "running", "running": "running"},
    cancel_mailing: dict.fromkeys(["scheduled", "running", "paused", "cancelled"], "cancelled"),
}
HOUR = timedelta(hours=1)


def status_of(mailing: Mailing) -> str:
    return Mailing.objects.values_list("status", flat=True).get(pk=mailing.pk)


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("move", MOVES)
def test_an_action_is_allowed_only_in_its_statuses(move: Callable[[int], Mailing], status: str) -> None:
    mailing = make_mailing(status=status)
    target = MOVES[move].get(status)
    if target is None:
        with pytest.raises(Conflict, match=f"The mailing is {status}"):
            move(mailing.id)
    else:
        assert move(mailing.id).status == target
    assert status_of(mailing) == (target or status)


@pytest.mark.parametrize(
    ("move", "status"),
    [(pause_mailing, "paused"), (resume_mailing, "running"), (cancel_mailing, "cancelled")],
)
def test_a_repeated_move_changes_nothing(move: Callable[[int], Mailing], status: str) -> None:
    mailing = make_mailing(status=status)
    move(mailing.id)
    assert Mailing.objects.get().updated_at == mailing.updated_at
    assert not Entry.objects.exists()


@pytest.mark.parametrize("move", [*MOVES, delete_mailing, update_mailing])
def test_a_deleted_mailing_cannot_be_changed(move: Callable[[int], Any]) -> None:
    mailing = make_running_mailing(deleted_at=now())
    with pytest.raises(Mailing.DoesNotExist):
        move(mailing.id)


@pytest.mark.parametrize("status", STATUSES)
def test_a_mailing_can_be_deleted_in_every_status(status: str) -> None:
    mailing = make_mailing(status=status)
    delete_mailing(mailing.id)
    mailing.refresh_from_db()
    assert mailing.deleted_at is not None
    assert mailing.status == ("finished" if status == "finished" else "cancelled")


# create


def test_a_new_mailing_is_scheduled() -> None:
    mailing = create_mailing(text="Hello", start_at=now() + HOUR, end_at=now() + 2 * HOUR, tags=["vip"])
    mailing.refresh_from_db()
    assert (mailing.status, mailing.tags, mailing.started_at) == ("scheduled", ["vip"], None)


@pytest.mark.parametrize(("start", "end"), [(2, 2), (2, 1), (-2, -1)])
def test_the_end_must_follow_the_start_and_lie_in_the_future(start: int, end: int) -> None:
    moment = now()
    with pytest.raises(InvalidChange) as refusal:
        create_mailing(text="Hello", start_at=moment + start * HOUR, end_at=moment + end * HOUR)
    assert (refusal.value.field, Mailing.objects.count()) == ("end_at", 0)


# update


@pytest.mark.parametrize(
    "change",
    [
        {"text": "Bye"},
        {"end_at": now() + 5 * HOUR},
        {"window_from": time(9), "window_to": time(21)},
        {"start_at": now() + HOUR / 2},
        {"operator_codes": ["916"]},
        {"tags": ["vip"]},
        {"on_unknown": "give_up"},
    ],
)
def test_every_field_of_a_scheduled_mailing_can_be_changed(change: dict[str, Any]) -> None:
    mailing = make_mailing()
    update_mailing(mailing.id, **change)
    assert Mailing.objects.filter(pk=mailing.pk, **change).exists()


@pytest.mark.parametrize("status", ["running", "paused"])
@pytest.mark.parametrize(
    "change", [{"text": "Bye"}, {"end_at": now() + 5 * HOUR}, {"window_from": time(9), "window_to": time(21)}]
)
def test_text_end_and_window_can_be_changed_after_the_start(status: str, change: dict[str, Any]) -> None:
    mailing = make_mailing(status=status)
    update_mailing(mailing.id, **change)
    assert Mailing.objects.filter(pk=mailing.pk, **change).exists()


@pytest.mark.parametrize("status", ["running", "paused"])
@pytest.mark.parametrize(
    "change",
    [{"start_at": now()}, {"operator_codes": ["916"]}, {"tags": ["vip"]}, {"on_unknown": "give_up"}],
)
def test_the_filter_and_the_start_cannot_be_changed_after_the_start(
    status: str, change: dict[str, Any]
) -> None:
    mailing = make_mailing(status=status)
    with pytest.raises(Conflict, match=next(iter(change))):
        update_mailing(mailing.id, text="Bye", **change)
    assert Mailing.objects.get().text == "Hello"


@pytest.mark.parametrize("status", ["finished", "cancelled"])
def test_an_ended_mailing_can_no_longer_change(status: str) -> None:
    mailing = make_mailing(status=status)
    with pytest.raises(Conflict, match=f"The mailing is {status}"):
        update_mailing(mailing.id, text="Bye")


def test_a_mailing_past_its_end_can_no_longer_change() -> None:
    mailing = make_running_mailing(end_at=now() - timedelta(seconds=1))
    with pytest.raises(Conflict, match="reached its end_at"):
        update_mailing(mailing.id, end_at=now() + HOUR)


@pytest.mark.parametrize("status", STATUSES)
def test_an_equal_value_changes_nothing(status: str) -> None:
    mailing = make_mailing(status=status)
    update_mailing(mailing.id, text=mailing.text, start_at=mailing.start_at, tags=[])
    assert Mailing.objects.get().updated_at == mailing.updated_at


@pytest.mark.parametrize("change", [{"end_at": now() - HOUR / 2}, {"end_at": now() - 2 * HOUR}])
def test_a_changed_end_must_follow_the_start_and_lie_in_the_future(change: dict[str, Any]) -> None:
    mailing = make_running_mailing()
    with pytest.raises(InvalidChange):
        update_mailing(mailing.id, **change)


def test_a_changed_start_must_precede_the_end() -> None:
    mailing = make_mailing()
    with pytest.raises(InvalidChange):
        update_mailing(mailing.id, start_at=mailing.end_at)


def test_only_editable_fields_can_be_changed() -> None:
    with pytest.raises(TypeError, match="status"):
        update_mailing(make_mailing().id, status="finished")


@pytest.mark.parametrize(("status", "is_noted"), [("scheduled", False), ("running", True), ("paused", True)])
def test_a_changed_window_is_recorded_once_the_mailing_has_started(status: str, is_noted: bool) -> None:
    mailing = make_mailing(status=status)
    changed = update_mailing(mailing.id, window_from=time(9), window_to=time(21))
    assert (changed.window_changed_at is not None) == is_noted


def test_a_changed_text_does_not_count_as_a_changed_window() -> None:
    assert update_mailing(make_running_mailing().id, text="Bye").window_changed_at is None


# start


def test_a_mailing_starts_at_its_time() -> None:
    due = make_mailing(start_at=now() - timedelta(seconds=1))
    before = now()
    assert start_due_mailings() == [due.id]
    due.refresh_from_db()
    assert due.status == "running"
    assert due.started_at is not None
    assert before - timedelta(seconds=1) < due.started_at < now() + timedelta(seconds=1)


def test_a_mailing_does_not_start_before_its_time() -> None:
    mailing = make_mailing(start_at=now() + timedelta(seconds=30))
    assert (start_due_mailings(), status_of(mailing)) == ([], "scheduled")


def test_a_mailing_whose_deadline_passed_during_a_downtime_ends_unstarted() -> None:
    mailing = make_mailing(start_at=now() - 2 * HOUR, end_at=now() - HOUR)
    assert start_due_mailings() == []
    mailing.refresh_from_db()
    assert (mailing.status, mailing.started_at) == ("finished", None)
    assert mailing.finished_at is not None


def test_a_mailing_whose_start_passed_during_a_downtime_starts_late() -> None:
    mailing = make_mailing(start_at=now() - 2 * HOUR, end_at=now() + HOUR)
    assert (start_due_mailings(), status_of(mailing)) == ([mailing.id], "running")


def test_a_mailing_starts_only_once() -> None:
    mailing = make_mailing(start_at=now() - HOUR)
    start_due_mailings()
    mailing.refresh_from_db()
    started_at = mailing.started_at
    assert start_due_mailings() == [mailing.id]  # still without an audience
    mailing.refresh_from_db()
    assert mailing.started_at == started_at


@pytest.mark.parametrize("status", ["cancelled", "finished"])
def test_an_ended_mailing_never_starts(status: str) -> None:
    mailing = make_mailing(status=status, audience_built_at=None)
    assert (start_due_mailings(), status_of(mailing)) == ([], status)


def test_mailings_without_an_audience_are_planned_in_the_order_of_their_starts() -> None:
    make_running_mailing()
    late, early = (make_running_mailing(audience_built_at=None, start_at=now() - n * HOUR) for n in (1, 2))
    paused = make_mailing(status="paused", audience_built_at=None, start_at=now() - 3 * HOUR)
    assert start_due_mailings() == [paused.id, early.id, late.id]


# finish


@pytest.mark.parametrize(
    ("status", "is_built", "expected"),
    [
        ("running", True, "finished"),
        ("paused", True, "finished"),
        ("running", False, "running"),
        ("cancelled", True, "cancelled"),
        ("cancelled", False, "cancelled"),
        ("scheduled", False, "scheduled"),
    ],
)
def test_only_a_mailing_with_a_built_audience_is_finished(status: str, is_built: bool, expected: str) -> None:
    mailing = make_mailing(status=status, audience_built_at=now() if is_built else None)
    finish_settled([mailing.id])
    mailing.refresh_from_db()
    assert mailing.status == expected
    assert (mailing.finished_at is not None) == (expected in {"finished", "cancelled"})
