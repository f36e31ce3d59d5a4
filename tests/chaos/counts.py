"""Rule 9: the service's counts against a count over the rows, in one snapshot of the database."""

import contextlib
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction

from notification_service.mailings import stats
from tests.chaos.api import Api

SAMPLE_SECONDS = 0.7
STATUSES = ("pending", "sending", "sent", "failed", "expired", "cancelled", "unknown")

COUNT_MESSAGES = """
SELECT m.id, message.status, count(message.id) FROM mailings_mailing AS m
LEFT JOIN mailings_message AS message ON message.mailing_id = m.id
WHERE m.deleted_at IS NULL GROUP BY 1, 2
"""
COUNT_SINGLES = "SELECT status, count(*) FROM mailings_message WHERE mailing_id IS NULL GROUP BY 1"
COUNT_DELIVERIES = """
SELECT m.id, count(*) FILTER (WHERE delivery = 'delivered'), count(*) FILTER (WHERE delivery = 'undelivered'),
  count(*) FILTER (WHERE message.status = 'sent' AND delivery IS NULL)
FROM mailings_mailing AS m LEFT JOIN mailings_message AS message ON message.mailing_id = m.id
WHERE m.deleted_at IS NULL GROUP BY 1
"""
COUNT_REASONS = """
SELECT mailing_id, reason, reason_number, count(*) FROM mailings_message
WHERE status IN ('failed', 'unknown') GROUP BY 1, 2, 3
"""
# A counter of a mailing that is gone would be wrong for ever.
COUNT_ORPHANS = """
SELECT (SELECT count(*) FROM mailings_message WHERE mailing_id NOT IN (SELECT id FROM mailings_mailing)),
  (SELECT count(*) FROM mailings_messagecount
   WHERE mailing_id <> 0 AND mailing_id NOT IN (SELECT id FROM mailings_mailing))
"""

Counts = dict[str, int]


@dataclass(slots=True)
class Samples:
    """Compares every little while, on a thread of its own, until `stop`."""

    compared: int = 0
    wrong: list[str] = field(default_factory=list)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread:
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(SAMPLE_SECONDS):
            try:
                self.wrong += compare_in_one_snapshot()
                self.compared += 1
            except (OperationalError, InterfaceError):  # the storm has the database
                connection.close()
        connection.close()


def compare_in_one_snapshot() -> list[str]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        counted = count_rows()
        shown = stats.message_counts(list(counted))
        singles, overall = count_singles(), stats.overall_counts()
        deliveries = {
            pk: dict(zip(stats.DELIVERIES, row, strict=True)) for pk, *row in _rows(COUNT_DELIVERIES)
        }
        shown_deliveries = {pk: each.deliveries for pk, each in stats.counts_of(list(deliveries)).items()}
    wrong = [f"mailing {pk}: {shown[pk]}, rows {rows}" for pk, rows in counted.items() if shown[pk] != rows]
    if shown_deliveries != deliveries:
        wrong.append(f"deliveries: {shown_deliveries}, rows {deliveries}")
    return wrong + _compare_overall("overall", overall, singles, _total([*counted.values(), singles]))


def _compare_overall(what: str, shown: dict[str, Any], singles: Counts, total: Counts) -> list[str]:
    facts = {"messages": total, "single": singles}
    return [f"{what}, {key}: {shown[key]}, rows {rows}" for key, rows in facts.items() if shown[key] != rows]


def missing_receipts() -> list[str]:
    """The gateway has told of nearly every message; without any, nothing would have been tried."""
    [(told,)] = _rows("SELECT count(*) FROM mailings_message WHERE delivery IS NOT NULL")
    return [] if told else ["no receipt was recorded"]


def count_rows() -> dict[int, Counts]:
    counted: dict[int, Counts] = {}
    for mailing_id, status, messages in _rows(COUNT_MESSAGES):
        counts = counted.setdefault(mailing_id, dict.fromkeys(("total", *STATUSES), 0))
        if status is not None:
            counts[status] += messages
            counts["total"] += messages
    return counted


def count_singles() -> Counts:
    return _total([dict(_rows(COUNT_SINGLES))])


def compare_answers(api: Api) -> list[str]:
    """What the API shows of a service at rest, each mailing by its two views and all by `fullinfo`."""
    connection.close()  # this thread's has not survived the storm
    counted = count_rows()
    wrong = [problem for pk, rows in counted.items() for problem in _compare_mailing(api, pk, rows)]
    full = _all_pages(api)
    shown = {mailing["id"]: mailing["messages"] for page in full for mailing in page["results"]}
    singles = count_singles()
    if shown != counted:
        wrong.append(f"fullinfo: {shown}, rows {counted}")
    for page in full:
        wrong += _compare_overall("fullinfo in all", page, singles, _total([*counted.values(), singles]))
    orphans = _rows(COUNT_ORPHANS)[0]
    return wrong + ([f"of removed mailings: {orphans} messages and counters"] if any(orphans) else [])


def _compare_mailing(api: Api, mailing_id: int, rows: Counts) -> list[str]:
    plain = api.call("GET", f"/api/mailings/{mailing_id}/").body["messages"]
    info = api.call("GET", f"/api/mailings/{mailing_id}/info/").body
    reasons = {(code, number): n for pk, code, number, n in _rows(COUNT_REASONS) if pk == mailing_id}
    failures = {(each["code"], each["code_number"]): each["messages"] for each in info["failures"]}
    facts: dict[str, tuple[Any, Any]] = {
        "messages": (plain, rows),
        "info's messages": (info["messages"], rows),
        "info's failures": (failures, reasons),
        "info's timeline": (
            [sum(minute[key] for minute in info["timeline"]) for key in ("sent", "failed")],
            [rows["sent"], rows["failed"]],
        ),
    }
    return [f"mailing {mailing_id}, {what}: {a}, rows {b}" for what, (a, b) in facts.items() if a != b]


def _all_pages(api: Api) -> list[Any]:
    pages = [api.call("GET", "/api/mailings/fullinfo/?page_size=1000").body]
    while pages[-1]["next"]:
        pages.append(api.call("GET", pages[-1]["next"][pages[-1]["next"].index("/api/") :]).body)
    return pages


def _total(counts: Iterable[Counts]) -> Counts:
    total = dict.fromkeys(STATUSES, 0)
    for one in counts:
        for key in total:
            total[key] += one.get(key, 0)
    return {"total": sum(total.values()), **total}


def _rows(query: str) -> list[Any]:
    with contextlib.closing(connection.cursor()) as cursor:
        cursor.execute(query)
        rows: list[Any] = cursor.fetchall()
    return rows
