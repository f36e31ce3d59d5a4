"""What opt-outs, consents and personal texts cost: `python -m tests.benchmarks.whom`.

With a million clients, 200,000 opt-outs and 800,000 consents. Mailings that look at none of them take turns
with mailings that heed the opt-outs or require a consent: the ratios are what counts. Not in the table, for
they are compared with the product itself. `--scale 0.1` is a rehearsal.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import connection

from tests.benchmarks.bench import Bench, Options, bench

CLIENTS, OPT_OUTS, CONSENTS = 1_000_000, 200_000, 800_000
PARTS = 50  # of the clients, by tag: `make_clients`
# Which a mailing goes to where sends are measured. Of the clients of ten parts a fifth is left out: each
# of the mailings that take turns sends 160,000 messages.
PARTS_HEEDED, PARTS_SENT = 10, 8
CONCURRENCY = 64
TOPIC = "offers"
VALUES = """
UPDATE directory_client
SET attributes = jsonb_build_object('name', 'Client ' || id, 'order', id, 'city', 'Kazan')
"""
# Every fifth phone has opted out, the other four have agreed.
INSERT_OPT_OUTS = """
INSERT INTO directory_optout (phone, topic, reason, source)
SELECT phone, CASE WHEN id %% 2 = 0 THEN '' ELSE %s END, '', ''
FROM directory_client ORDER BY id %% 5, id LIMIT %s
"""
INSERT_CONSENTS = """
INSERT INTO directory_consent (phone, topic, given_at, evidence)
SELECT phone, CASE WHEN id %% 2 = 0 THEN '' ELSE %s END, now(), 'form 3'
FROM directory_client ORDER BY id %% 5 DESC, id LIMIT %s
"""
BEFORE: dict[str, Any] = {"ignores_opt_outs": True}
AFTER: dict[str, dict[str, Any]] = {
    "heeds opt-outs": {"topic": TOPIC},
    "heeds opt-outs, requires a consent": {"topic": TOPIC, "requires_consent": True},
}
PLAIN = "Client 123456, your order 123456 has arrived. It waits for you until Friday."
PERSONAL = "{{name}}, your order {{order}} has arrived. It waits for you until Friday."


def main() -> None:
    parser = argparse.ArgumentParser(prog="whom", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    options = Options(runs=given.runs, scale=given.scale)
    with tempfile.TemporaryDirectory() as folder, bench(Path(folder), options) as place:
        _fill(place)
        _measure_counts(place)
        _compare(place, "fan-out, messages/s", AFTER, _fan_out)
        _start_workers(place)
        some, more = ({"tags": [f"group {n}" for n in range(parts)]} for parts in (PARTS_SENT, PARTS_HEEDED))
        _compare(place, "B1, sends/s", {name: more | terms for name, terms in AFTER.items()}, _send, some)
        texts = {"two placeholders": {**some, **BEFORE, "text": PERSONAL}}
        _compare(place, "B1, sends/s", texts, _send, {**some, "text": PLAIN})


def _fill(place: Bench) -> None:
    from tests.benchmarks.data import make_clients

    make_clients(place.scaled(CLIENTS))
    with connection.cursor() as cursor:
        cursor.execute(VALUES)
        cursor.execute(INSERT_OPT_OUTS, [TOPIC, place.scaled(OPT_OUTS)])
        cursor.execute(INSERT_CONSENTS, [TOPIC, place.scaled(CONSENTS)])
        for table in ("client", "optout", "consent"):
            cursor.execute(f"VACUUM ANALYZE directory_{table}")


def _measure_counts(place: Bench) -> None:
    """How long the form waits for the number of those who get it, and of those who are left out."""
    from notification_service.directory.filters import ClientFilter
    from notification_service.mailings.exclusions import Terms
    from notification_service.mailings.reach import count_reach

    for name, fields in {"nothing said": BEFORE, **AFTER}.items():
        seconds = []
        for _ in place.runs:
            began = time.perf_counter()
            reach = count_reach(ClientFilter(), Terms(**fields))
            seconds.append(time.perf_counter() - began)
        print(f"{statistics.median(seconds):10.3f} s  count, {name}: {reach}", flush=True)


def _compare(
    place: Bench,
    what: str,
    after: dict[str, dict[str, Any]],
    measure: Callable[..., float],
    before: dict[str, Any] | None = None,
) -> None:
    """Take turns, so that what else the machine does falls on all of them."""
    all_terms = {"before": {**(before or {}), **BEFORE}, **after}
    measure(**all_terms["before"])  # warms up
    found: dict[str, list[float]] = {name: [] for name in all_terms}
    for _ in place.runs:
        for name, terms in all_terms.items():
            found[name].append(measure(**terms))
    median = {name: statistics.median(each) for name, each in found.items()}
    for name, value in median.items():
        print(f"{value:12,.0f}  {value / median['before']:5.2f}  {what}, {name}", flush=True)


def _fan_out(**terms: Any) -> float:
    from notification_service.mailings import lifecycle, stats
    from notification_service.mailings.audience import build_audience
    from tests.benchmarks.data import forget_mailings
    from tests.journeys.mailing import start_mailing

    forget_mailings()
    mailing = start_mailing(**terms)
    assert lifecycle.start_due_mailings() == [mailing.pk]
    began = time.perf_counter()
    build_audience(mailing.pk)
    seconds = time.perf_counter() - began
    mailing.refresh_from_db()
    left_out = mailing.excluded_opted_out + mailing.excluded_no_consent
    # Who is left out was looked at as well.
    return (stats.message_counts([mailing.pk])[mailing.pk]["pending"] + left_out) / seconds


def _start_workers(place: Bench) -> None:
    from tests.benchmarks.data import forget_mailings
    from tests.benchmarks.stub_gateway import start_fastest_gateway

    forget_mailings()
    gateway, count = start_fastest_gateway(place), place.options.workers
    place.start_beat()
    place.start_workers(count, gateway_url=gateway.url, MAX_CONCURRENCY=str(max(1, CONCURRENCY // count)))


def _send(**terms: Any) -> float:
    from notification_service.mailings.models import Message
    from tests.journeys.mailing import start_mailing, wait_until_finished

    mailing = start_mailing(start_at=_soon(), **terms)
    counts = wait_until_finished(mailing, seconds=600)
    mailing.refresh_from_db()
    last = Message.objects.filter(mailing=mailing, sent_at__isnull=False).latest("sent_at").sent_at
    assert counts["sent"] == counts["total"], counts
    assert mailing.started_at is not None
    assert last is not None
    return counts["sent"] / (last - mailing.started_at).total_seconds()


def _soon() -> Any:
    from django.utils import timezone

    return timezone.now() + timedelta(milliseconds=100)


if __name__ == "__main__":
    main()
