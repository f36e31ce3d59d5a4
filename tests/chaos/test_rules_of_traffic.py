"""Each rule of what goes beside mailings notices what breaks it."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from tests.chaos.history import Changes, ClientHistory, History, Said, SingleHistory
from tests.chaos.spreading import MOST_APART, apart
from tests.chaos.test_rules import (
    END,
    NOON,
    PHONE,
    SENT,
    START,
    TEXT,
    broken_rules,
    changed,
    client,
    mailing,
    story,
)
from tests.chaos.told import Told, _of_messages

SINGLE, DELIVERED = "wrong single messages", "wrong deliveries"
STOP = Said(PHONE, "СТОП", "2027-03-01T12:00:00+00:00", is_stop=True)
KEPT = (PHONE, NOON, True)


def single(**changes: Any) -> SingleHistory:
    terms = mailing(is_single=True, tags=frozenset(), id=1)
    fields: dict[str, Any] = {
        "reference": "single 1",
        "phone": PHONE,
        "terms": terms,
        "answered_at": START + 1,
        "may_be_refused": False,
        "must_be_refused": False,
    }
    return SingleHistory(**fields | changes)


def nobody() -> ClientHistory:
    return client(tag="", number=-1)


def broken_by(
    one: SingleHistory, *, there: list[tuple[int, str]], whose: ClientHistory | None = None
) -> dict[str, int]:
    told = story(mailing=one.terms, client=whose or nobody())
    history = History(singles=[one], clients={})
    return broken_rules(told, history=history, singles=there, mailings={})


def test_a_single_message_that_was_sent_breaks_no_rule_and_belongs_to_no_audience() -> None:
    assert broken_by(single(), there=[(1, "single 1")]) == {}


def test_a_reference_is_forgotten_with_its_client() -> None:
    deleted = client(is_alive=changed(True, False, answered_at=END))
    assert broken_by(single(), there=[(1, "")], whose=deleted) == {}
    assert broken_by(single(), there=[(1, "")]) == {SINGLE: 1}


@pytest.mark.parametrize("there", [[], [(1, "another")], [(1, "single 1"), (2, "another")]])
def test_single_messages_are_there_once_and_no_others(there: list[tuple[int, str]]) -> None:
    assert broken_by(single(), there=there) == {SINGLE: 1}


def test_a_single_message_is_refused_only_for_a_reason() -> None:
    refused = single(terms=mailing(is_single=True, id=0))
    for one, broken in ((refused, {SINGLE: 1}), (replace(refused, may_be_refused=True), {})):
        assert broken_rules(history=History(singles=[one]), mailings={}) == broken
    wrong = single(must_be_refused=True)
    assert broken_by(wrong, there=[(1, "single 1")]) == {SINGLE: 1}


def test_a_single_message_to_somebody_else_is_counted() -> None:
    somebody = client(phone=changed("79000000002", PHONE, answered_at=SENT - 9))
    assert broken_by(single(), there=[(1, "single 1")], whose=somebody) == {SINGLE: 1}


def test_a_single_message_may_expire_a_little_before_its_end_and_one_of_a_mailing_may_not() -> None:
    for is_single, at, broken in ((True, 0.1, 0), (True, 0.3, 1), (False, 0.1, 1)):
        terms = mailing(is_single=is_single)
        ended = [("pending", START), ("expired", END - at)]
        told = story(mailing=terms, statuses=ended, requests=[], row_status="expired")
        assert broken_rules(told).get("wrong status", 0) == broken


def test_a_claim_before_the_time_of_a_message_is_counted() -> None:
    assert broken_rules(story(claims=[(SENT - 0.2, SENT - 0.1)])) == {}
    assert broken_rules(story(claims=[(SENT, SENT - 0.1)])) == {"early": 1}


@pytest.mark.parametrize("kept", [[], [KEPT, KEPT], [(PHONE, NOON, False)], [(PHONE, NOON + 1, True)]])
def test_a_reply_is_kept_once_and_for_what_it_is(kept: list[tuple[str, float, bool]]) -> None:
    history = History(replies=[STOP], opt_outs={PHONE: changed(False, True, answered_at=SENT)})
    whose: dict[str, Any] = {"history": history, "mailings": {}, "opted_out": {PHONE}}
    assert broken_rules(**whose, replies=[KEPT]) == {}
    assert broken_rules(**whose, replies=kept) == {"wrong replies, opt-outs": 1}


def test_replies_of_a_deleted_client_may_be_gone() -> None:
    deleted = client(is_alive=changed(True, False, answered_at=SENT))
    history = History(replies=[replace(STOP, is_stop=False)], clients={0: deleted})
    assert broken_rules(history=history, mailings={}) == {}


def test_an_opt_out_that_is_gone_and_one_that_nobody_asked_for_are_counted() -> None:
    history = History(opt_outs={PHONE: changed(False, True, answered_at=SENT)})
    assert broken_rules(history=history, mailings={}, opted_out=set()) == {"wrong replies, opt-outs": 1}
    assert broken_rules(history=History(), mailings={}, opted_out={PHONE}) == {"wrong replies, opt-outs": 1}


@pytest.mark.parametrize(
    ("told", "deliveries", "is_broken"),
    [
        ({"delivered"}, ["delivered"], False),
        ({"delivered", "undelivered"}, ["undelivered", "delivered"], False),
        ({"delivered", "undelivered"}, ["undelivered"], True),
        ({"delivered", "undelivered"}, ["delivered", "undelivered", "delivered"], True),
        ({"undelivered"}, [], True),
    ],
)
def test_what_was_delivered_stays_so(told: set[str], deliveries: list[str], is_broken: bool) -> None:
    one = story(deliveries=deliveries)
    history = History(mailings={1: one.mailing}, clients={0: one.client}, receipts={1: told})
    assert broken_rules(one, history=history) == ({DELIVERED: 1} if is_broken else {})


def test_a_receipt_that_nobody_sent_is_counted() -> None:
    unrequested = story(requests=[], statuses=[("pending", START)], deliveries=["delivered"], row_status=None)
    assert broken_rules(unrequested) == {DELIVERED: 1}


# webhooks


FACT = ("messages.final", 1, "sent")


def test_what_happened_is_told_and_nothing_else() -> None:
    assert broken_rules(story(), told=Told(Counter([FACT]), Counter([FACT]))) == {}
    assert broken_rules(story(), told=Told(Counter([FACT]), Counter())) == {"untold": 1}
    assert broken_rules(story(), told=Told(Counter(), Counter([FACT]))) == {"told in vain": 1}


@pytest.mark.parametrize(
    "told",
    [
        Told(unsigned=["no signature"]),
        Told(changed=["evt_1: one thing, then another"]),
        Told(mailings={1: 1}, told_mailings={1: 2}),
    ],
)
def test_what_is_told_is_signed_the_same_each_time_and_of_its_mailing(told: Told) -> None:
    assert broken_rules(story(), told=told) == {"told in vain": 1}


def test_a_message_that_ends_twice_is_to_be_told_twice_and_its_writing_again_is_not() -> None:
    rows = [(1, 7, 3, status, 0.0, None, delivery) for status, delivery in HAPPENED]
    assert Counter(_of_messages(rows, {})) == Counter(
        [
            ("messages.final", 1, "unknown"),
            ("messages.final", 1, "sent"),
            ("messages.delivery", 1, "delivered"),
        ]
    )


HAPPENED = [
    ("pending", None),
    ("sending", None),
    ("unknown", None),
    ("unknown", "delivered"),
    ("sent", "delivered"),
    ("sent", "delivered"),
]


# spreads


def test_times_at_once_or_in_one_half_are_not_even_and_regular_ones_are() -> None:
    assert apart([n * 10 for n in range(60)], since=0, until=600) < 0.05
    assert apart([n * 5 for n in range(60)], since=0, until=600) > MOST_APART
    assert apart([300.0] * 60, since=0, until=600) > MOST_APART


def test_a_mailing_that_was_spread_once_counts_as_spread() -> None:
    assert not mailing().is_spread
    assert mailing(spread=changed(1, None, answered_at=SENT)).is_spread
    assert mailing(text=Changes(TEXT), spread=Changes(1)).is_spread
