"""The statements that write outcomes, many at once, for each partition of the messages."""

from collections.abc import Mapping
from dataclasses import dataclass
from json import dumps
from operator import attrgetter, itemgetter
from types import MappingProxyType
from typing import Any

from notification_service.delivery.database import Database
from notification_service.delivery.messages import Claimed, NotSent, OutcomeBuffer, by_partition


@dataclass(frozen=True, slots=True)
class Names:
    """What a provider calls the messages that it took."""

    of_messages: Mapping[int, str]
    is_in_receipts: bool  # whether receipts have nothing else of ours


async def write(database: Database, outcomes: OutcomeBuffer, *, names: Names | None = None) -> None:
    if outcomes.sent:
        await record_sent(database, outcomes.sent, texts=outcomes.texts, names=names)
    if outcomes.not_sent:
        await record_not_sent(database, outcomes.not_sent)


async def record_sent(
    database: Database,
    rows: list[tuple[Claimed, float]],
    *,
    texts: Mapping[int, str] = MappingProxyType({}),
    names: Names | None = None,
) -> None:
    for partition, some in by_partition(rows, itemgetter(0)).items():
        # As text: an array of Python's numbers takes the driver ten times as long.
        ids = ",".join([str(message.id) for message, _ in some])
        sent_at = ",".join([str(at) for _, at in some])
        whose = {"partition": partition, "ids": f"{{{ids}}}", "sent_at": f"{{{sent_at}}}"}
        kept = kept_texts([message for message, _ in some], texts) if texts else []
        if names is None and not kept:
            await database.execute("record_sent", **whose)
            continue
        await database.execute(
            "record_sent_with_more",
            **whose,
            provider_ids=[names.of_messages.get(message.id, "") if names else "" for message, _ in some],
            is_named_in_receipts=names is not None and names.is_in_receipts,
            texts=dumps(kept, ensure_ascii=False),
        )


def kept_texts(messages: list[Claimed], texts: Mapping[int, str]) -> list[dict[str, Any]]:
    """Return the texts that are to be kept, a row for each mailing."""
    of_mailings: dict[int, list[int]] = {}
    for message in messages:
        if message.id in texts:
            of_mailings.setdefault(message.mailing_id, []).append(message.id)
    return [
        {
            "mailing_id": mailing_id,
            "first_id": min(ids),
            "last_id": max(ids),
            "message_ids": ids,
            "texts": [texts[message_id] for message_id in ids],
        }
        for mailing_id, ids in of_mailings.items()
    ]


async def record_not_sent(database: Database, rows: list[NotSent]) -> None:
    for partition, some in by_partition(rows, attrgetter("message")).items():
        await database.execute("record_not_sent", partition=partition, **_columns(some))


def _columns(rows: list[NotSent]) -> dict[str, list[Any]]:
    return {
        "ids": [row.message.id for row in rows],
        "batch_ids": [row.message.batch.id for row in rows],
        "statuses": [row.status for row in rows],
        "next_attempt_at": [row.next_attempt_at for row in rows],
        "reasons": [row.reason and row.reason.code.value for row in rows],
        "reason_texts": [row.reason and row.reason.text for row in rows],
        "reason_numbers": [row.reason and row.reason.number for row in rows],
        "uncharged": [0 if row.charged else 1 for row in rows],
        "attempt_outcomes": [row.attempt_outcome for row in rows],
        "at": [row.at for row in rows],
        "http_statuses": [row.http_status for row in rows],
        "responses": [row.response for row in rows],
        "retry_at": [row.retry_at for row in rows],
        "timezones": [row.message.timezone for row in rows],
        "hours_versions": [row.hours_version for row in rows],
    }
