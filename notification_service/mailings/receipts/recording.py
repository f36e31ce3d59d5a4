"""Writes what receipts say on the messages that they are about, many together.

A message may be anything meanwhile: claimed, being recorded, failed. A receipt that finds its message held by
someone comes again, and waits only while it holds nothing itself: the engine never waits in a circle with it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.db import transaction

from notification_service.mailings.receipts.reading import DELIVERED, Receipt
from notification_service.mailings.sql import sql

Key = TypeVar("Key", int, str)
CHUNK = 1_000  # early receipts, and providers' ids, at a time


@dataclass(slots=True)
class ReceiptTally:
    """What came of receipts. `repeated` told nothing new; of `early` ones the message is not known yet."""

    delivered: int = 0
    undelivered: int = 0
    repeated: int = 0
    early: int = 0
    unknown: int = 0


def record_receipts(gateway_id: int, receipts: Sequence[Receipt]) -> ReceiptTally:
    """Commit what the receipts of a gateway say; called again with the same ones, it changes nothing."""
    tally = ReceiptTally()
    of_messages = _strongest((each.message_id, each) for each in receipts if each.message_id is not None)
    of_providers = _strongest((each.provider_id, each) for each in receipts if each.provider_id)
    tally.unknown = sum(each.message_id is None and not each.provider_id for each in receipts)
    early = _match(gateway_id, of_providers, of_messages)
    if early:
        _keep_early(gateway_id, early)
        tally.early = len(early)
    _record(gateway_id, of_messages, tally)
    if early:
        record_early_receipts()  # what was recorded between the look and the keeping
    tally.repeated = len(receipts) - tally.delivered - tally.undelivered - tally.early - tally.unknown
    return tally


def record_early_receipts() -> None:
    """Record the receipts that came before our own record of the send, where that is there by now."""
    while rows := sql.rows("receipts/matched", limit=CHUNK):
        by_gateway: dict[int, dict[int, Receipt]] = defaultdict(dict)
        for gateway_id, _provider_id, message_id, delivery, at, reason in rows:
            receipt = Receipt(delivery, message_id=message_id, at=at, reason=reason)
            _keep_strongest(by_gateway[gateway_id], message_id, receipt)
        for gateway_id, receipts in by_gateway.items():
            _record(gateway_id, receipts, ReceiptTally())
        sql.execute(
            "receipts/forget_matched",
            gateway_ids=[row[0] for row in rows],
            provider_ids=[row[1] for row in rows],
            deliveries=[row[3] for row in rows],
        )


def forget_unknown() -> dict[str, int]:
    """Give up on early receipts that are an hour old; return how many there were, by the gateway's name."""
    return dict(sql.rows("receipts/forget_unknown"))


def forget_provider_ids() -> None:
    while sql.execute("receipts/forget_provider_ids", limit=CHUNK):
        pass


def _match(
    gateway_id: int, of_providers: dict[str, Receipt], of_messages: dict[int, Receipt]
) -> dict[str, Receipt]:
    """Move the receipts whose provider's id we know to those of messages; return the others."""
    if not of_providers:
        return {}
    known = sql.rows("receipts/by_provider_id", gateway_id=gateway_id, provider_ids=list(of_providers))
    for provider_id, message_id in known:
        _keep_strongest(of_messages, message_id, of_providers[provider_id])
    matched = {provider_id for provider_id, _ in known}
    return {name: each for name, each in of_providers.items() if name not in matched}


def _keep_early(gateway_id: int, early: dict[str, Receipt]) -> None:
    now = datetime.now(UTC)
    sql.execute(
        "receipts/keep_early",
        gateway_id=gateway_id,
        provider_ids=list(early),
        **_columns(early.values(), now=now),
    )


def _record(gateway_id: int, receipts: dict[int, Receipt], tally: ReceiptTally) -> None:
    """Write until every message has the state of its receipt, or a later one."""
    tally.unknown += len(receipts)
    left, is_waiting = receipts, False
    while left:
        known = sql.rows("receipts/known", gateway_id=gateway_id, ids=list(left))
        if left is receipts:
            tally.unknown -= len(known)
        by_partition: dict[int, dict[int, Receipt]] = defaultdict(dict)
        for message_id, partition, delivery in known:
            if delivery is None or (delivery != DELIVERED and left[message_id].delivery == DELIVERED):
                by_partition[partition][message_id] = left[message_id]
        left = {}
        for partition, some in by_partition.items():
            written = _write(partition, some, wait=is_waiting)
            _count(written, some, tally)
            left |= {message_id: each for message_id, each in some.items() if message_id not in written}
        is_waiting = True


def _write(partition: int, receipts: dict[int, Receipt], *, wait: bool) -> set[int]:
    """Return the messages that were written. `wait`: for the first, so that one is written at least."""
    ids = list(receipts)
    columns = _columns(receipts.values(), now=datetime.now(UTC))
    with transaction.atomic():
        if wait:
            sql.rows("receipts/wait_due", id=ids[0])
            sql.rows("receipts/wait", partition=partition, id=ids[0])
        return {row[0] for row in sql.rows("receipts/record", partition=partition, ids=ids, **columns)}


def _count(written: set[int], receipts: dict[int, Receipt], tally: ReceiptTally) -> None:
    delivered = sum(receipts[message_id].delivery == DELIVERED for message_id in written)
    tally.delivered += delivered
    tally.undelivered += len(written) - delivered


def _columns(receipts: Iterable[Receipt], *, now: datetime) -> dict[str, list[Any]]:
    rows = list(receipts)
    return {
        "deliveries": [each.delivery for each in rows],
        "at": [each.at or now for each in rows],
        "reasons": [each.reason for each in rows],
    }


def _strongest(named: Iterable[tuple[Key, Receipt]]) -> dict[Key, Receipt]:
    """Return one receipt for each message: the first that says `delivered`, or the first."""
    found: dict[Key, Receipt] = {}
    for key, receipt in named:
        _keep_strongest(found, key, receipt)
    return found


def _keep_strongest(found: dict[Key, Receipt], key: Key, receipt: Receipt) -> None:
    if key not in found or receipt.outdoes(found[key]):
        found[key] = receipt
