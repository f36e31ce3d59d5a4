"""What happened, by our own record of the rows; and what webhooks told of it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg

from tests.chaos.listener import Listener

FINAL = ("sent", "failed", "expired", "cancelled", "unknown")
Fact = tuple[str, Any, Any]  # an event, whose, and what became of it

READ_MAILING_STATUSES = "SELECT mailing_id, former, status FROM chaos_mailings"
READ_GATEWAY_STATES = "SELECT is_held FROM chaos_gateways"
READ_OPT_OUTS = "SELECT id FROM directory_optout"


@dataclass(slots=True)
class Told:
    """`mailings` are those of messages, by message."""

    happened: Counter[Fact] = field(default_factory=Counter)
    told: Counter[Fact] = field(default_factory=Counter)  # of each event once, however often it came
    mailings: dict[int, int | None] = field(default_factory=dict)
    told_mailings: dict[int, int | None] = field(default_factory=dict)
    unsigned: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)  # events that told something else when they came again
    requests: int = 0


def collect_told(
    connection: psycopg.Connection[Any], audit: Iterable[tuple[Any, ...]], listener: Listener
) -> Told:
    """`audit`: rows of `READ_AUDIT`."""
    told = Told(unsigned=list(listener.unsigned), requests=len(listener.received))
    told.happened.update(_of_messages(audit, told.mailings))
    told.happened.update(_of_others(connection))
    events: dict[str, list[Fact]] = {}
    for request in list(listener.received):
        facts = list(_facts(request.event, told.told_mailings))
        if events.setdefault(request.id, facts) != facts:
            told.changed.append(f"{request.id}: {events[request.id]}, then {facts}")
    told.told.update(fact for facts in events.values() for fact in facts)
    return told


def _of_messages(audit: Iterable[tuple[Any, ...]], mailings: dict[int, int | None]) -> Iterator[Fact]:
    """Triggers tell of updates; no message is written with an end."""
    former: dict[int, tuple[str, str | None]] = {}
    for message_id, mailing_id, _, status, _, _, delivery in audit:
        mailings[message_id] = mailing_id
        old_status, old_delivery = former.get(message_id, (status, delivery))
        if status != old_status and status in FINAL:
            yield "messages.final", message_id, status
        if delivery != old_delivery and delivery is not None:
            yield "messages.delivery", message_id, delivery
        former[message_id] = status, delivery


def _of_others(connection: psycopg.Connection[Any]) -> Iterator[Fact]:
    for mailing_id, former, status in connection.execute(READ_MAILING_STATUSES):
        running = "resumed" if former == "paused" else "started"
        yield f"mailing.{running if status == 'running' else status}", mailing_id, None
    for (is_held,) in connection.execute(READ_GATEWAY_STATES):
        yield f"gateway.{'held' if is_held else 'released'}", None, None
    for (opt_out_id,) in connection.execute(READ_OPT_OUTS):
        yield "client.opted_out", opt_out_id, None


def _facts(event: dict[str, Any], mailings: dict[int, int | None]) -> Iterator[Fact]:
    kind, data = event["type"], event["data"]
    key = {"messages.final": "status", "messages.delivery": "delivery"}.get(kind)
    if key:
        mailings |= {message["id"]: data["mailing"] for message in data["messages"]}
        yield from ((kind, message["id"], message[key]) for message in data["messages"])
    elif kind == "client.opted_out":
        yield from ((kind, said["id"], None) for said in data["opt_outs"])
    else:
        yield kind, data.get("mailing"), None
