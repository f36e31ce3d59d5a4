"""What happens in a storm, and when: a pure function of the seed, so that a storm can be replayed.

Times are seconds after the storm's start. Mailings and clients are named by number: their ids, and the
times of day that windows and deadlines come to, are known only when the storm runs.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from random import Random
from typing import Any

from tests.chaos import traffic
from tests.chaos.events import ZONES, Event, window_plan

WORKERS = 3
LANES = 3  # people at work at once; what concerns one mailing or client is one person's
TAGS = ("red", "green", "blue", "gold")
RETURNED = 1_000_000  # more than there are: numbers from here on are of clients who had been deleted
NOTHING_AFTER = 1.5  # seconds before the end from which nothing new happens
AMBUSH_SECONDS = (0.9, 1.4)  # a stop that a claimed message's lease outlives: what it knows is old by then

# Shares of a gateway's requests; the rest is taken at once.
MIX = dict.fromkeys(("400", "408", "nonsense", "wrong_code", "huge", "hang", "redirect"), 0.01)
MIX |= dict.fromkeys(("429", "drop", "reset", "trickle", "truncated"), 0.02)
MIX |= {"garbled": 0.03, "garbage": 0.01}
MIX |= dict.fromkeys(("404", "422", "302", "425"), 0.005)
MIXED = {"latency_ms": 40, "jitter_ms": 150, "error_rate": 0.05, "faults": MIX, "trickle_ms": 5}
WELL = {"latency_ms": 5}
# What every twenty-fifth client's messages get for as long as the storm lasts, some only so many times.
POISON = ("500", "wrong_code", "302", "429", "hang", "reset", "503:3", "nonsense", "422", "418:2", "drop:2")


def make_schedule(*, seed: int, seconds: float, clients: int) -> list[Event]:
    """The same events for the same arguments, in the order of their times."""
    last = seconds - NOTHING_AFTER
    mailings = _mailings(Random(f"{seed} mailings"), last)
    streams = (
        traffic.with_spreads(Random(f"{seed} spreads"), mailings, last),
        traffic.singles(Random(f"{seed} singles"), last, clients),
        traffic.replies(Random(f"{seed} replies"), last, clients),
        traffic.receipts(Random(f"{seed} receipts"), last),
        traffic.listener(Random(f"{seed} listener"), last),
        _clients(Random(f"{seed} clients"), last, clients),
        _wishes(Random(f"{seed} wishes"), last, clients),
        _gateway(Random(f"{seed} gateway"), last, {"seed": seed, "phones": _poisoned(clients)}),
        _processes(Random(f"{seed} processes"), last),
    )
    events = [event for stream in streams for event in stream]
    return sorted(events, key=lambda event: event.at)


def phone_of(number: int, *, revision: int = 0) -> str:
    return f"79{number + 10_000 * revision:09}"


def save_schedule(path: Path, events: Iterable[Event]) -> None:
    path.write_text("".join(json.dumps(asdict(event)) + "\n" for event in events))


def load_schedule(path: Path) -> list[Event]:
    return [Event(**json.loads(line)) for line in path.read_text().splitlines() if line]


# processes


def _processes(random: Random, last: float) -> Iterator[Event]:
    at = random.uniform(1, 3)
    while at < last:
        weights = {"kill_worker": 6, "stop_worker": 8, "kill_beat": 2, "stop_beat": 2, "kill_broker": 2}
        weights |= {"stop_broker": 2, "kill_postgres": 2, "quit_postgres": 2, "kill_web": 1}
        weights |= {"freeze_postgres": 2, "lose_machine": 3}
        action = random.choices(list(weights), weights=list(weights.values()))[0]
        yield Event(at, action, random.randrange(WORKERS), {"seconds": _outage_seconds(random, action)})
        at += random.uniform(1, 6)


def _outage_seconds(random: Random, action: str) -> float:
    if action.startswith("stop_"):  # LEASE_SECONDS is 5
        return random.choice([random.uniform(0.3, 1.5), random.uniform(1.5, 4.5), random.uniform(5, 9)])
    if action == "freeze_postgres":
        return random.uniform(0.5, 6)
    if action.endswith("postgres"):
        return random.uniform(0, 2)
    return random.uniform(0, 4)


# gateway


def _poisoned(clients: int) -> dict[str, str]:
    return {phone_of(number): POISON[number // 25 % len(POISON)] for number in range(0, clients, 25)}


def _gateway(random: Random, last: float, always: dict[str, Any]) -> Iterator[Event]:
    yield Event(0, "gateway", details=MIXED | always)
    at = random.uniform(4, 8)
    while at < last:
        kind = random.choices(["slow", "well", "shut", "busy", "silent", "dead"], weights=[3, 1, 2, 2, 1, 2])[
            0
        ]
        seconds = random.uniform(2, 5)
        if kind == "dead":
            yield Event(at, "kill_gateway", details={"seconds": seconds})
        else:
            yield Event(at, "gateway", details=_behaviour(random, kind) | always)
            yield Event(min(at + seconds, last), "gateway", details=MIXED | always)
        at += seconds + random.uniform(3, 8)


def _behaviour(random: Random, kind: str) -> dict[str, Any]:
    match kind:
        case "slow":
            return MIXED | {"latency_ms": 700, "jitter_ms": 1600}  # REQUEST_TIMEOUT_SECONDS is 2
        case "shut":
            return {"faults": {random.choice(["401", "403"]): 1.0}}
        case "busy":
            retry_after = random.choice(["1", "3", "http-date:2", "http-date"])
            return {"latency_ms": 20, "faults": {"429": 0.6, "503": 0.2}, "retry_after": retry_after}
        case "silent":
            return {"latency_ms": 50, "faults": {"hang": 0.5, "drop": 0.2}}
        case _:
            return dict(WELL)


# clients


def _clients(random: Random, last: float, clients: int) -> Iterator[Event]:
    at, revision, born = 1.0, 0, 0
    while at < last:
        action = random.choices(["phone", "zone", "delete", "import", "born"], weights=[10, 8, 3, 2, 1])[0]
        number, revision = random.randrange(clients), revision + 1
        match action:
            case "phone":
                yield Event(at, "edit_client", number, {"phone_revision": revision})
            case "zone":
                yield Event(at, "edit_client", number, {"timezone": random.choice(ZONES)})
            case "delete":
                yield Event(at, "delete_client", number)
            case "import":
                moved = sorted(random.sample(range(clients), clients // 20))
                yield Event(at, "move_clients", 0, {"numbers": moved, "timezone": random.choice(ZONES)})
            case _:
                numbers = list(range(clients + born, clients + born + 20))
                born += 20
                yield Event(at, "add_clients", 0, {"numbers": numbers, "timezone": random.choice(ZONES)})
        at += random.uniform(0.05, 0.6)


def _wishes(random: Random, last: float, clients: int) -> Iterator[Event]:
    """Opt-outs, one by one and by file; who is deleted and comes back by an import; names that change."""
    at, revision = 1.0, 0
    while at < last:
        action = random.choices(["opt_out", "opt_outs", "return_client", "name"], weights=[6, 2, 3, 8])[0]
        number, revision = random.randrange(clients), revision + 1
        match action:
            case "opt_outs":
                yield Event(at, action, number, {"numbers": random.sample(range(clients), clients // 50)})
            case "return_client":
                yield Event(
                    at, action, number, {"number": RETURNED + number, "timezone": random.choice(ZONES)}
                )
            case "name":
                yield Event(at, "edit_client", number, {"name": f"name {revision}"})
            case _:
                yield Event(at, action, number)
        at += random.uniform(0.1, 0.8)


# mailings


def _mailings(random: Random, last: float) -> Iterator[Event]:
    at, number = 0.0, 0
    while at < last:
        ends = at + random.choice([random.uniform(3, 10), random.uniform(10, 30), random.uniform(30, 900)])
        yield Event(at, "create", number, _new_mailing(random, at, ends))
        yield from _changes(random, number, start=at, end=min(ends, last))
        at += random.uniform(0.2, 1) if number < 2 else random.uniform(1, 5)
        number += 1


def _new_mailing(random: Random, at: float, ends: float) -> dict[str, Any]:
    return {
        "starts": at if random.random() < 0.75 else min(at + random.uniform(0.5, 6), ends - 1),
        "ends": ends,
        "tags": random.sample(TAGS, random.choice([1, 2, 2, 3])),
        "window": window_plan(random, at),
        "on_unknown": random.choice(["give_up", "send_again", "send_again"]),
    }


def _changes(random: Random, number: int, *, start: float, end: float) -> Iterator[Event]:
    at, is_paused = start + random.uniform(0.5, 4), False
    while at < end:
        weights = {"pause": 4, "text": 4, "window": 5, "ends": 4, "cancel": 0.6, "delete": 0.6}
        weights |= {"resume": 12, "pause": 0} if is_paused else {}
        action = random.choices(list(weights), weights=list(weights.values()))[0]
        yield _change(random, number, action, at)
        yield from _ambush(random, at)
        if action in ("cancel", "delete"):
            return
        is_paused = {"pause": True, "resume": False}.get(action, is_paused)
        at += random.uniform(0.3, 5)


def _change(random: Random, number: int, action: str, at: float) -> Event:
    match action:
        case "text":
            return Event(at, "edit_mailing", number, {"text_revision": random.randrange(10**6)})
        case "window":
            return Event(at, "edit_mailing", number, {"window": window_plan(random, at)})
        case "ends":
            ends = at + random.choice([random.uniform(1.2, 8), random.uniform(10, 600)])
            return Event(at, "edit_mailing", number, {"ends": ends})
        case _:
            return Event(at, action, number)


def _ambush(random: Random, at: float) -> Iterator[Event]:
    """What makes a change hard to keep: those who must hear of it hang, or the database goes away."""
    drawn, moment = random.random(), at + random.uniform(-0.03, 0.08)
    if drawn < 0.10:
        for worker in range(WORKERS):
            yield Event(moment, "stop_worker", worker, {"seconds": random.uniform(*AMBUSH_SECONDS)})
    elif drawn < 0.15:
        yield Event(moment, "kill_postgres", details={"seconds": random.uniform(1, 2.5)})
