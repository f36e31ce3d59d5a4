"""Beside mailings: their spreads, single messages, replies, receipts, and who is told of it all. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import cycle
from random import Random
from typing import Any

from tests.chaos.events import Event, window_plan

SPREAD_LASTS = 62.0  # seconds that a mailing must last to be spread over a minute
MOST_MINUTES = 3
LATER_SECONDS = 3.0  # after the storm's last event, in which single messages with hours end
MANNERS = ("away", "500", "hang", "busy", "302")
MANNER_SECONDS, HANG_SECONDS = (1.0, 3.0), (2.2, 4.0)  # a request ends without an answer after 2 s

STOPS = ("СТОП", "stop!", " «Отписаться» ", "Unsubscribe.")
OTHERS = ("Спасибо!", "не надо останавливать", "стоп-кран починили", "")


def with_spreads(random: Random, mailings: Iterable[Event], last: float) -> Iterator[Event]:
    """The events of mailings, some of which are spread; that is changed while they run."""
    for event in mailings:
        if event.action != "create":
            yield event
            continue
        minutes = _minutes(event.details["ends"] - event.details["starts"])
        spread = random.choice([None, *minutes, *minutes])
        yield replace(event, details=event.details | {"spread": spread})
        at = event.at + random.uniform(1.5, 8)
        while minutes and at < last:
            yield Event(at, "edit_mailing", event.subject, {"spread": random.choice([None, *minutes])})
            at += random.uniform(4, 15)


def _minutes(lasts: float) -> range:
    return range(1, min(MOST_MINUTES, int(lasts // 60)) + 1 if lasts > SPREAD_LASTS else 1)


def singles(random: Random, last: float, clients: int) -> Iterator[Event]:
    at, number = 1.0, 0
    while at < last:
        count = random.choice([1, 1, 5, 20])
        messages = [_single(random, number + n, at, last, clients) for n in range(count)]
        yield Event(at, "send", number, {"messages": messages, "is_list": count > 1})
        number += count
        at += random.uniform(0.6, 2.5)


def _single(random: Random, number: int, at: float, last: float, clients: int) -> dict[str, Any]:
    to = random.choices(["phone", "client", "nobody", "opted_out"], weights=[4, 3, 4, 2])[0]
    lasts = random.choice([None, None, random.uniform(0.5, 6), random.uniform(10, 60)])
    window = window_plan(random, at) if to == "client" and random.random() < 0.5 else None
    if window is not None:  # nobody can end it when the storm is over
        lasts = min(random.uniform(2, 10), last + LATER_SECONDS - at)
    is_wrong = random.random() < 0.03
    what = {"number": number, "to": to, "client": random.randrange(clients), "lasts": lasts}
    return what | {"window": window, "is_wrong": is_wrong}


def replies(random: Random, last: float, clients: int) -> Iterator[Event]:
    at = 1.0
    while at < last:
        is_stop = random.random() < 0.6
        text = random.choice(STOPS if is_stop else OTHERS)
        details = {"text": text, "is_stop": is_stop, "times": random.choice([1, 1, 2])}
        yield Event(at, "reply", random.randrange(clients), details)
        at += random.uniform(0.6, 2.5)


def receipts(random: Random, last: float) -> Iterator[Event]:
    """Beside those that the gateway tells: twice, in a wrong order, before the record of the send."""
    at = 2.0
    while at < last:
        yield Event(at, "receipts", details={"most": random.choice([1, 10, 60]), "seed": random.random()})
        at += random.uniform(0.8, 3)


def listener(random: Random, last: float) -> Iterator[Event]:
    """Who is told of everything: it is away, refuses, hangs, asks for patience; each in its turn."""
    at = random.uniform(1, 2)
    for kind in cycle(MANNERS):
        if at >= last:
            return
        seconds = random.uniform(*(HANG_SECONDS if kind == "hang" else MANNER_SECONDS))
        yield Event(at, "listener", details={"kind": kind})
        yield Event(min(at + seconds, last), "listener", details={"kind": "well"})
        at += seconds + random.uniform(0.5, 2)
