from pathlib import Path

from tests.chaos.events import Event
from tests.chaos.schedule import load_schedule, make_schedule, save_schedule

ACTIONS = {
    *("create", "edit_mailing", "pause", "resume", "cancel", "delete"),
    *("edit_client", "delete_client", "move_clients", "add_clients"),
    *("opt_out", "opt_outs", "return_client"),
    *("send", "reply", "receipts", "listener"),
    *("kill_worker", "stop_worker", "kill_beat", "stop_beat", "kill_web", "lose_machine"),
    *(
        "kill_broker",
        "stop_broker",
        "kill_postgres",
        "quit_postgres",
        "freeze_postgres",
        "gateway",
        "kill_gateway",
    ),
}


def schedule(seed: int, *, seconds: float = 120) -> list[Event]:
    return make_schedule(seed=seed, seconds=seconds, clients=2400)


def test_the_same_seed_gives_the_same_storm() -> None:
    assert schedule(5) == schedule(5)


def test_another_seed_gives_another_storm() -> None:
    assert schedule(5) != schedule(6)


def test_a_long_storm_has_every_kind_of_event() -> None:
    assert {event.action for event in schedule(5, seconds=600)} == ACTIONS


def test_events_are_in_order_and_end_before_the_storm_does() -> None:
    times = [event.at for event in schedule(5)]
    assert times == sorted(times)
    assert times[-1] < 120


def test_a_long_storm_spreads_mailings_and_changes_that_while_they_run() -> None:
    spread = [event for event in schedule(5, seconds=600) if "spread" in event.details]
    created = {event.details["spread"] for event in spread if event.action == "create"}
    changed = {event.details["spread"] for event in spread if event.action == "edit_mailing"}
    assert created == changed == {None, 1, 2, 3}


def test_a_long_storm_sends_single_messages_alone_and_in_lists_some_to_whom_wants_none() -> None:
    sent = [event.details for event in schedule(5) if event.action == "send"]
    assert {details["is_list"] for details in sent} == {False, True}
    whom = {message["to"] for details in sent for message in details["messages"]}
    assert whom == {"phone", "client", "nobody", "opted_out"}


def test_a_mailing_is_created_before_its_first_change() -> None:
    created: set[int] = set()
    for event in schedule(5):
        if event.action == "create":
            created.add(event.subject)
        elif event.action in ("edit_mailing", "pause", "resume", "cancel", "delete"):
            assert event.subject in created


def test_a_saved_schedule_can_be_replayed(tmp_path: Path) -> None:
    save_schedule(tmp_path / "schedule.ndjson", schedule(5))
    assert load_schedule(tmp_path / "schedule.ndjson") == schedule(5)
