"""What the storm left: the gateway's log, the database's rows, and our record of every status."""

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import Any

import psycopg

from tests.chaos.audit import READ_AUDIT
from tests.chaos.history import Changes, ClientHistory, History, MailingHistory, SingleHistory
from tests.chaos.listener import Listener
from tests.chaos.told import Told, collect_told

# float8: a Decimal would carry no more than the gateway's microseconds.
READ_MAILINGS = """
SELECT id, status, extract(epoch FROM started_at)::float8, extract(epoch FROM audience_built_at)::float8,
  finished_at IS NOT NULL
FROM mailings_mailing
"""
READ_TEXTS = """
SELECT message_id, text FROM mailings_senttexts AS kept
CROSS JOIN unnest(message_ids, texts) AS one (message_id, text) ORDER BY kept.id
"""
READ_SINGLES = "SELECT message_id, reference FROM mailings_singlemessage"
READ_REPLIES = "SELECT phone, extract(epoch FROM at)::float8, is_stop FROM mailings_inboundmessage"
READ_OPT_OUTS = "SELECT phone FROM directory_optout WHERE topic = '' AND withdrawn_at IS NULL"
READ_ATTEMPTS = """
SELECT message_id, outcome, extract(epoch FROM at)::float8, extract(epoch FROM retry_at)::float8
FROM mailings_attempt ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class Stop:
    """A process that SIGSTOP held from one moment to the other."""

    pid: int
    since: float
    until: float


@dataclass(frozen=True, slots=True)
class Start:
    """A request that a worker began."""

    at: float
    pid: int

    def was_held_up(self, stops: list[Stop], *, until: float) -> bool:
        return any(stop.pid == self.pid and self.at <= stop.since <= until for stop in stops)


@dataclass(frozen=True, slots=True)
class Request:
    """A request as the gateway had read it at `received_at`.

    `at` is the time to judge it by: the same, but where its worker was stopped on the way, its start.
    """

    message_id: int
    at: float
    phone: str
    text: str
    answer: str
    received_at: float = 0.0

    @property
    def was_held_up(self) -> bool:
        return self.at != self.received_at


@dataclass(frozen=True, slots=True)
class Attempt:
    outcome: str
    at: float
    retry_at: float | None


@dataclass(frozen=True, slots=True)
class MailingRow:
    status: str
    started_at: float | None
    audience_built_at: float | None
    is_finished: bool


@dataclass(slots=True)
class Story:
    """All that is known of one message. `row_status` is None where the row is gone."""

    id: int
    mailing: MailingHistory
    client: ClientHistory
    statuses: list[tuple[str, float]] = field(default_factory=list)  # with the time of the commit
    claims: list[tuple[float, float]] = field(default_factory=list)  # when it was due, and claimed
    deliveries: list[str] = field(default_factory=list)  # as they followed each other
    requests: list[Request] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    row_status: str | None = None
    kept_text: str | None = None  # what the service says was sent, if it keeps that


@dataclass(slots=True)
class Evidence:
    history: History
    stories: dict[int, Story]
    mailings: dict[int, MailingRow]  # by id; those that are not removed
    strangers: list[Request]  # requests for messages that never were
    malformed: int  # requests that break the gateway's contract
    answers: Counter[str]
    batches: int
    singles: list[tuple[int, str]] = field(default_factory=list)  # ids and references of single messages
    replies: list[tuple[str, float, bool]] = field(default_factory=list)  # phone, time, whether it says stop
    opted_out: set[str] = field(default_factory=set)  # phones
    told: Told = field(default_factory=Told)


def collect(
    *,
    log: Path,
    starts: Path,
    stops: list[Stop],
    database_url: str,
    history: History,
    client_ids: dict[int, int],
    listener: Listener,
) -> Evidence:
    with psycopg.connect(database_url) as connection:
        numbers = {client_id: number for number, client_id in client_ids.items()}
        audit = connection.execute(READ_AUDIT).fetchall()
        stories = _stories(connection, audit, history, numbers)
        told = collect_told(connection, audit, listener)
        singles = connection.execute(READ_SINGLES).fetchall()
        replies = connection.execute(READ_REPLIES).fetchall()
        opted_out = {phone for (phone,) in connection.execute(READ_OPT_OUTS)}
        mailings = {row[0]: MailingRow(*row[1:]) for row in connection.execute(READ_MAILINGS)}
        [(batches,)] = connection.execute("SELECT count(*) FROM mailings_batch").fetchall()
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    readable = sorted((line for line in lines if line["phone"] is not None), key=itemgetter("received_at"))
    strangers = _add_requests(stories, readable, _read_starts(starts), stops)
    return Evidence(
        history=history,
        stories=stories,
        mailings=mailings,
        strangers=strangers,
        malformed=sum(line["phone"] is None for line in lines),
        answers=Counter(line["answer"] for line in lines),
        batches=batches,
        singles=singles,
        replies=replies,
        opted_out=opted_out,
        told=told,
    )


def _stories(
    connection: psycopg.Connection[Any],
    audit: list[tuple[Any, ...]],
    history: History,
    numbers: dict[int, int],
) -> dict[int, Story]:
    stories: dict[int, Story] = {}
    due: dict[int, float | None] = {}
    singles = {single.terms.id: single for single in history.singles if single.is_taken}
    for message_id, mailing_id, client_id, status, at, due_at, delivery in audit:
        if message_id not in stories:
            terms = history.mailings[mailing_id] if mailing_id else singles[message_id].terms
            client = history.clients[numbers[client_id]] if client_id else _nobody(singles[message_id])
            stories[message_id] = Story(message_id, terms, client)
        story = stories[message_id]
        if status == "sending" and (was_due := due.get(message_id)) is not None:
            story.claims.append((was_due, at))
        due[message_id] = due_at
        story.statuses.append((status, at))
        if delivery and delivery not in story.deliveries[-1:]:
            story.deliveries.append(delivery)
    for message_id, status in connection.execute("SELECT id, status FROM mailings_message"):
        stories[message_id].row_status = status
    for message_id, text in connection.execute(READ_TEXTS):
        stories[message_id].kept_text = text
    for message_id, *attempt in connection.execute(READ_ATTEMPTS):
        stories[message_id].attempts.append(Attempt(*attempt))
    return stories


def _nobody(single: SingleHistory) -> ClientHistory:
    """Of a phone that no client has: it never changes."""
    return ClientHistory(
        number=-single.terms.number - 1,
        tag="",
        phone=Changes(single.phone or ""),
        timezone=Changes("UTC"),
        is_alive=Changes(True),
    )


def _read_starts(path: Path) -> dict[int, list[Start]]:
    starts: dict[int, list[Start]] = defaultdict(list)
    for line in path.read_text().splitlines():
        message_id, at, pid = line.split()
        starts[int(message_id)].append(Start(float(at), int(pid)))
    return starts


def _add_requests(
    stories: dict[int, Story],
    lines: list[dict[str, Any]],
    starts: dict[int, list[Start]],
    stops: list[Stop],
) -> list[Request]:
    """Give each message its requests, in the order they were received; answer those of no message."""
    strangers: list[Request] = []
    for line in lines:
        message_id, received_at = line["msg_id"], float(line["received_at"])
        at = _judged_at(received_at, starts[message_id], stops)
        request = Request(message_id, at, str(line["phone"]), line["text"], line["answer"], received_at)
        story = stories.get(message_id)
        (story.requests if story else strangers).append(request)
    return strangers


def _judged_at(received_at: float, starts: list[Start], stops: list[Stop]) -> float:
    """Uses up the latest start before the receipt: a stopped worker's request arrives after its rescuer's."""
    before = [start for start in starts if start.at <= received_at]
    if not before:
        return received_at
    start = max(before, key=lambda start: start.at)
    starts.remove(start)
    return start.at if start.was_held_up(stops, until=received_at) else received_at
