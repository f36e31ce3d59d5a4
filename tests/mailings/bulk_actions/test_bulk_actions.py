"""Tags given and taken, and clients deleted, for all who match a filter."""

from typing import Any

import pytest

from notification_service.audit.models import Entry
from notification_service.directory.models import BulkAction, BulkStep, Client, ClientUpload, RejectedLine
from notification_service.mailings.bulk_actions.lifecycle import (
    UNDOABLE_FOR,
    NotUndoable,
    can_undo,
    cancel,
    forget_old,
    request_action,
    undo,
)
from notification_service.mailings.bulk_actions.run import MOST_TRIES, take_waiting
from notification_service.mailings.bulk_actions.selection import chosen_clients
from notification_service.mailings.models import Message
from notification_service.mailings.moments import next_moments
from notification_service.mailings.wake_up import IMPORT
from tests.factories import make_client, make_message

pytestmark = pytest.mark.django_db(transaction=True)

MANY = [str(number) for number in range(50)]


def counts(action: BulkAction) -> tuple[str, int | None, int, int, int]:
    action.refresh_from_db()
    return (action.status, action.clients, action.changed, action.unchanged, action.refused)


def tags() -> list[list[str]]:
    return list(Client.objects.order_by("pk").values_list("tags", flat=True))


def done(kind: str, *, tag: str = "new", chosen: dict[str, Any] | None = None, **options: Any) -> BulkAction:
    action = request_action(kind=kind, tag=tag, chosen=chosen or {})
    take_waiting(**options)
    return action


class _Died(BaseException):
    pass


def dying_after(steps: int) -> Any:
    answers = iter([False] * (steps + 1))

    def should_stop() -> bool:
        try:
            return next(answers)
        except StopIteration:
            raise _Died from None

    return should_stop


def test_a_tag_comes_last_for_every_client_of_the_filter_who_has_it_not() -> None:
    for phone, had in enumerate((["vip", "old"], ["vip", "new"], ["other"], ["vip", *MANY[:49]])):
        make_client(phone=f"7916000000{phone}", tags=had)
    assert counts(done("add_tag", chosen={"tags": ["vip"]})) == ("finished", 3, 1, 1, 1)
    assert tags() == [["vip", "old", "new"], ["vip", "new"], ["other"], ["vip", *MANY[:49]]]


def test_a_removed_tag_leaves_the_others_in_their_order_and_the_first_of_them_as_the_tag() -> None:
    make_client(tags=["new", "old", "older"])
    make_client(tags=["new"])
    make_client(tags=["old"])
    assert counts(done("remove_tag")) == ("finished", 3, 2, 1, 0)
    assert list(Client.objects.order_by("pk").values_list("tag", "tags")) == [
        ("old", ["old", "older"]),
        ("", []),
        ("old", ["old"]),
    ]


def test_an_action_moves_the_version_of_those_whom_it_changes_alone() -> None:
    changed, unchanged = make_client(tags=[]), make_client(tags=["new"])
    done("add_tag")
    assert Client.objects.get(pk=changed.pk).version != changed.version
    assert Client.objects.get(pk=unchanged.pk).version == unchanged.version


def test_an_undone_action_takes_the_tag_from_those_alone_who_got_it_by_the_action() -> None:
    got, had = make_client(tags=["old"]), make_client(tags=["new"])
    action = done("add_tag")
    later = make_client(tags=["new"])
    undoing = undo(action.pk)
    take_waiting()
    assert counts(undoing) == ("finished", 1, 1, 0, 0)
    assert [Client.objects.get(pk=each.pk).tags for each in (got, had, later)] == [["old"], ["new"], ["new"]]


def test_an_undone_removal_gives_the_tag_back_at_its_place_unless_the_client_is_full_or_gone() -> None:
    make_client(tags=["a", "new", "b"])
    full, gone = make_client(tags=["new"]), make_client(tags=["new"])
    action = done("remove_tag")
    Client.objects.filter(pk=full.pk).update(tag="0", tags=MANY)
    done("delete", tag="", chosen={"tags": ["none"]})
    request_action(kind="delete", chosen={"phones": {"is": gone.phone}})
    take_waiting()
    undoing = undo(action.pk)
    take_waiting()
    assert counts(undoing) == ("finished", 3, 1, 1, 1)
    assert tags() == [["a", "new", "b"], MANY, []]


def test_an_undone_action_can_itself_be_undone_but_none_twice() -> None:
    make_client(tags=["a", "new", "b"])
    action = done("remove_tag")
    undoing = undo(action.pk)
    take_waiting()
    with pytest.raises(NotUndoable):
        undo(action.pk)
    undo(undoing.pk)
    take_waiting()
    assert tags() == [["a", "b"]]


def test_no_deletion_and_nothing_long_ago_and_nothing_that_changed_nobody_can_be_undone() -> None:
    make_client(tags=["new"])
    long_ago = done("remove_tag")
    BulkAction.objects.filter(pk=long_ago.pk).update(finished_at=long_ago.created_at - UNDOABLE_FOR)
    forget_old()
    assert not BulkStep.objects.filter(action=long_ago).exists()
    idle = done("add_tag", chosen={"tags": ["none"]})
    deletion = done("delete", tag="")
    going = request_action(kind="add_tag", tag="new", chosen={})
    found = {each.pk: can_undo(each) for each in BulkAction.objects.all()}
    assert found == dict.fromkeys((long_ago.pk, idle.pk, deletion.pk, going.pk), False)


def test_deleted_clients_lose_their_data_and_their_unsent_messages_and_each_leaves_an_entry() -> None:
    waiting, sent = make_message(status="pending"), make_message(status="sent")
    kept = make_client(tags=["keep"])
    client_ids = [waiting.client_id or 0, sent.client_id or 0]
    Client.objects.filter(pk__in=client_ids).update(tag="vip", tags=["vip"], attributes={"name": "Anna"})
    action = done("delete", tag="", chosen={"tags": ["vip"]})
    assert counts(action) == ("finished", 2, 2, 0, 0)
    assert list(Client.objects.alive()) == [kept]
    assert (
        list(Client.objects.filter(pk__in=client_ids).values_list("phone", "tags", "attributes"))
        == [(None, [], {})] * 2
    )
    assert set(Message.objects.values_list("status", "reason")) == {
        ("cancelled", "client_deleted"),
        ("sent", ""),
    }
    entries = Entry.objects.filter(action="client.deleted").order_by("object_id")
    assert [(each.object_id, each.facts) for each in entries] == [
        (waiting.client_id, {"bulk_action": action.pk, "cancelled_messages": 1}),
        (sent.client_id, {"bulk_action": action.pk, "cancelled_messages": 0}),
    ]


def test_an_action_that_has_ended_keeps_no_phone_that_it_found_clients_by() -> None:
    client = make_client()
    action = done("delete", tag="", chosen={"timezone": client.timezone, "phones": {"is": client.phone}})
    assert counts(action) == ("finished", 1, 1, 0, 0)
    assert action.filter == {"timezone": client.timezone}


def test_rejected_lines_with_the_phone_of_any_deleted_client_are_cleared() -> None:
    for number in (1, 2):
        make_client(phone=f"7916123450{number}")
    upload = ClientUpload.objects.create(rejected=4, rejected_kept=4)
    lines = ["+7 (916) 123-45-01,x", "89161234502", "7916123450333", "12345;79161234504"]
    reasons = ["bad", "8 916 123 45 02 is bad", "", ""]
    for line, (content, reason) in enumerate(zip(lines, reasons, strict=True)):
        RejectedLine.objects.create(upload=upload, line=line, content=content, reason=reason)
    done("delete", tag="")
    kept = RejectedLine.objects.order_by("line").values_list("content", "reason")
    assert list(kept) == [("", "bad"), ("", ""), (lines[2], ""), (lines[3], "")]


def test_another_worker_continues_the_action_of_a_dead_one_and_counts_nothing_twice() -> None:
    for _ in range(5):
        make_client(tags=[])
    action = request_action(kind="add_tag", tag="new", chosen={})
    with pytest.raises(_Died):
        take_waiting(should_stop=dying_after(2), step_clients=2)
    assert counts(action) == ("running", 5, 4, 0, 0)
    make_client(tags=[])  # after the filter was read
    take_waiting(step_clients=2)
    assert counts(action) == ("finished", 5, 5, 0, 0)
    assert tags() == [["new"]] * 5 + [[]]


def test_a_worker_gives_up_an_action_that_stopped_many_times() -> None:
    make_client(tags=[])
    action = request_action(kind="add_tag", tag="new", chosen={})
    BulkAction.objects.update(tries=MOST_TRIES)
    take_waiting()
    assert counts(action)[0] == "failed"
    assert Entry.objects.filter(object_kind="bulk").latest("pk").action == "bulk.failed"


def test_a_cancelled_action_does_nothing_more_and_can_be_undone() -> None:
    for _ in range(4):
        make_client(tags=[])
    action = request_action(kind="add_tag", tag="new", chosen={})
    asked = iter([False, False, True])

    def cancels() -> bool:
        if next(asked, False):
            cancel(action.pk)
        return False

    take_waiting(should_stop=cancels, step_clients=2)
    assert counts(action) == ("cancelled", 4, 2, 0, 0)
    assert not cancel(action.pk)
    undo(action.pk)
    take_waiting()
    assert tags() == [[]] * 4


def test_an_action_leaves_an_entry_at_its_beginning_and_one_at_its_end() -> None:
    make_client(tags=[])
    action = done("add_tag", chosen={"operator_codes": ["916"]})
    entries = Entry.objects.filter(object_kind="bulk").order_by("pk")
    assert [(each.action, each.object_id) for each in entries] == [
        ("bulk.requested", action.pk),
        ("bulk.finished", action.pk),
    ]
    assert entries[0].facts == {"kind": "add_tag", "tag": "new", "filter": {"operator_codes": ["916"]}}


def test_a_requested_action_is_a_reason_to_wake_up_until_it_has_ended() -> None:
    action = request_action(kind="add_tag", tag="new", chosen={})
    assert next_moments()[IMPORT] <= 0
    cancel(action.pk)
    assert IMPORT not in next_moments()


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ({}, {"79160000001", "79260000002"}),
        ({"operator_codes": ["926"]}, {"79260000002"}),
        ({"timezone": "Asia/Omsk"}, {"79260000002"}),
        ({"phones": {"is": "79160000001"}}, {"79160000001"}),
        ({"phones": {"starts": ["7926", "7999"]}}, {"79260000002"}),
        ({"phones": {"starts": [], "ends": "0001"}}, {"79160000001"}),
        ({"phones": {}}, set()),
        ({"tags": ["vip"], "operator_codes": ["926"]}, set()),
    ],
)
def test_an_action_is_for_the_clients_whom_its_filter_finds(chosen: dict[str, Any], found: set[str]) -> None:
    make_client(phone="79160000001", timezone="Europe/Moscow", tags=["vip"])
    make_client(phone="79260000002", operator_code="926", timezone="Asia/Omsk", tags=[])
    assert set(chosen_clients(chosen).values_list("phone", flat=True)) == found
