"""A zero in the table means something only if each rule's count notices what breaks it."""

from collections import Counter
from datetime import UTC, datetime, time
from typing import Any

import pytest

from tests.chaos.evidence import Attempt, Evidence, MailingRow, Request, Story
from tests.chaos.history import (
    CANCELLED,
    PAUSED,
    PLACEHOLDER,
    RUNNING,
    Changes,
    ClientHistory,
    History,
    Hours,
    MailingHistory,
)
from tests.chaos.rules import judge

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC).timestamp()
START, SENT, END = NOON - 60, NOON, NOON + 60
PHONE, TEXT = "79000000001", "hello"


def mailing(**changes: Any) -> MailingHistory:
    fields: dict[str, Any] = {
        "number": 0,
        "id": 1,
        "start_at": START,
        "tags": frozenset({"red"}),
        "gives_up": False,
        "text": Changes(TEXT),
        "end_at": Changes(END),
        "hours": Changes(None),
        "state": Changes(RUNNING),
    }
    return MailingHistory(**fields | changes)


def client(**changes: Any) -> ClientHistory:
    fields: dict[str, Any] = {
        "number": 0,
        "tag": "red",
        "phone": Changes(PHONE),
        "timezone": Changes("UTC"),
        "is_alive": Changes(True),
    }
    return ClientHistory(**fields | changes)


def request(at: float = SENT, answer: str = "200", *, phone: str = PHONE, text: str = TEXT) -> Request:
    return Request(1, at, phone, text, answer, received_at=at)


def story(**changes: Any) -> Story:
    """A message that was sent without any trouble, but for the changes."""
    fields: dict[str, Any] = {
        "id": 1,
        "mailing": mailing(),
        "client": client(),
        "statuses": [("pending", START), ("sending", SENT - 0.1), ("sent", SENT + 0.1)],
        "requests": [request()],
        "row_status": "sent",
    }
    return Story(**fields | changes)


def broken_rules(*stories: Story, **changes: Any) -> dict[str, int]:
    history = History()
    for one in stories:
        history.mailings[one.mailing.id] = one.mailing
        history.clients[one.client.number] = one.client
    fields: dict[str, Any] = {
        "history": history,
        "opted_out": set(changes.get("history", history).opt_outs),
        "stories": {one.id: one for one in stories},
        "mailings": {1: MailingRow("finished", START, START, is_finished=True)},
        "strangers": [],
        "malformed": 0,
        "answers": Counter(),
        "batches": 0,
    }
    return {rule: len(found) for rule, found in judge(Evidence(**fields | changes)).items() if found}


def changed(old: Any, new: Any, *, answered_at: float) -> Changes[Any]:
    changes = Changes(old)
    changes.settle(changes.ask(new, at=answered_at - 0.1), answered_at=answered_at)
    return changes


AFTER = [("pending", START), ("sending", SENT), ("sent", SENT + 0.1)]
RELEASED = [("pending", START), ("sending", SENT - 1), ("pending", SENT - 0.5)]

BROKEN = {
    "lost": story(statuses=RELEASED, row_status="pending", requests=[]),
    "audience": story(client=client(tag="blue")),
    "double": story(requests=[request(), request(SENT + 0.2)]),
    "double with give_up": story(
        mailing=mailing(gives_up=True), requests=[request(SENT - 9, "hang"), request()]
    ),
    "late": story(mailing=mailing(end_at=Changes(SENT))),
    "early": story(attempts=[Attempt("retry", SENT - 1, SENT + 0.5)]),
    "out of hours": story(mailing=mailing(hours=Changes(Hours(time(9), time(12))))),
    "after pause, cancel, delete": story(
        mailing=mailing(state=changed(RUNNING, PAUSED, answered_at=SENT - 1.1))
    ),
    "to a deleted client": story(client=client(is_alive=changed(True, False, answered_at=SENT - 1.1))),
    "wrong phone": story(client=client(phone=changed(PHONE, "79000000002", answered_at=SENT - 1.1))),
    "wrong text": story(mailing=mailing(text=changed(TEXT, "bye", answered_at=SENT - 1.1))),
    "wrong status": story(requests=[request(answer="503")]),
}


@pytest.mark.parametrize("rule", BROKEN)
def test_a_broken_rule_is_counted_and_no_other_rule(rule: str) -> None:
    assert broken_rules(BROKEN[rule]) == {rule: 1}


def test_a_normal_message_breaks_no_rule() -> None:
    assert broken_rules(story()) == {}


def test_a_cancelled_mailing_has_a_second_to_stop() -> None:
    stopped = mailing(state=changed(RUNNING, CANCELLED, answered_at=SENT - 0.9))
    assert broken_rules(story(mailing=stopped)) == {}


def test_a_repeat_before_the_success_was_recorded_is_no_duplicate() -> None:
    lost_answer = story(requests=[request(SENT - 5), request()])
    assert broken_rules(lost_answer) == {}


def test_a_repeat_of_a_message_that_was_given_up_is_a_duplicate() -> None:
    given_up = [("pending", START), ("sending", SENT - 9), ("unknown", SENT - 1)]
    late_request = story(mailing=mailing(gives_up=True), statuses=given_up, row_status="unknown")
    assert broken_rules(late_request) == {"double with give_up": 1}


def test_a_message_that_leaves_a_final_status_breaks_a_rule() -> None:
    reopened = [*AFTER, ("pending", SENT + 1), ("sent", SENT + 2)]
    assert broken_rules(story(statuses=reopened)) == {"wrong status": 1}


def test_a_client_without_a_message_is_counted_as_missed() -> None:
    other = client(number=7)
    history = History(mailings={1: mailing()}, clients={0: client(), 7: other})
    assert broken_rules(story(), history=history) == {"audience": 1}


def test_a_client_added_after_the_start_is_not_counted_as_missed() -> None:
    newcomer = client(number=7, is_alive=changed(False, True, answered_at=SENT))
    history = History(mailings={1: mailing()}, clients={0: client(), 7: newcomer})
    assert broken_rules(story(), history=history) == {}


def test_leftover_leases_and_unfinished_mailings_are_counted() -> None:
    unfinished = {1: MailingRow("running", START, START, is_finished=False)}
    assert broken_rules(story(), batches=2, mailings=unfinished) == {"leftover batches": 2, "lost": 1}


def test_requests_that_break_the_contract_are_counted() -> None:
    assert broken_rules(story(), strangers=[request()], malformed=3) == {"broken contract": 2}


def test_a_request_to_a_phone_that_has_opted_out_is_counted_whoever_has_it() -> None:
    for answered_at, broken in ((SENT - 1.1, {"after an opt-out": 1}), (SENT - 0.9, {})):
        opt_outs = {PHONE: changed(False, True, answered_at=answered_at)}
        history = History(mailings={1: mailing()}, clients={0: client()}, opt_outs=opt_outs)
        assert broken_rules(story(), history=history) == broken


def test_who_has_opted_out_is_owed_nothing_and_what_waited_may_be_cancelled() -> None:
    cancelled = story(statuses=[("pending", START), ("cancelled", SENT)], row_status="cancelled", requests=[])
    opt_outs = {PHONE: changed(False, True, answered_at=START - 5)}
    history = History(mailings={1: mailing()}, clients={0: client()}, opt_outs=opt_outs)
    assert broken_rules(cancelled) == {"wrong status": 1}
    assert broken_rules(cancelled, history=history) == {}


def test_a_text_that_is_kept_as_sent_and_was_not_is_counted() -> None:
    assert broken_rules(story(kept_text=TEXT)) == {}
    assert broken_rules(story(kept_text="another")) == {"wrong proof": 1}


def test_a_personal_text_has_the_name_that_its_client_had() -> None:
    personal = mailing(text=Changes(f"hello {PLACEHOLDER}"))
    named = client(name=changed("Ann", "Bob", answered_at=SENT - 1.1))
    for text, broken in (("hello Bob", {}), ("hello Ann", {"wrong text": 1})):
        told = story(mailing=personal, client=named, requests=[request(text=text)])
        assert broken_rules(told) == broken
