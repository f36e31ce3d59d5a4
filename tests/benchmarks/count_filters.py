"""Seconds that counts of filters take over a million clients: `python -m tests.benchmarks.count_filters`.

Not in the table, for what they are compared with, the targets, are times: 0.3 s where an index helps, 2 s for
any filter.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from django.db import connection

from tests.benchmarks.bench import Options, bench

CLIENTS = 1_000_000
RUNS = 5
INSERT = """
INSERT INTO directory_client (phone, operator_code, tag, timezone, attributes, created_at, updated_at)
SELECT (79000000000 + n)::text, (900 + n %% 100)::text, 'group ' || n %% 50,
  (ARRAY['Europe/Moscow', 'Asia/Omsk', 'Asia/Tokyo', 'UTC'])[1 + n %% 4],
  jsonb_build_object('city', 'city ' || n %% 200, 'age', 18 + n %% 60, 'bonus', n %% 1000,
    'last_purchase', to_char(date '2026-01-01' + n %% 300, 'YYYY-MM-DD'))
  || CASE WHEN n %% 10 = 0 THEN '{"vip": true}' ELSE '{}' END::jsonb,
  now() - make_interval(secs => n), now()
FROM generate_series(1, %s) AS n
"""

INSERT_MESSAGES = """
INSERT INTO mailings_message (mailing_id, client_id, status, attempts, created_at, sent_at, error)
SELECT %s, id, 'sent', 1, now(), now(), '' FROM directory_client WHERE id %% 2 = 0
"""


def compared(field: str, op: str, value: Any) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


KAZAN = compared("attributes.city", "eq", "city 7")
SINCE_MARCH = compared("attributes.last_purchase", "gte", "2026-03-01")
RANGES = [compared("attributes.bonus", "lt", n) for n in range(10)]
FILTERS: dict[str, dict[str, Any]] = {
    "everyone": {},
    "index: attribute eq, 0.5 %": {"where": KAZAN},
    "index: attribute eq, 10 %": {"where": compared("attributes.vip", "eq", True)},
    "index: attribute in, 10 values": {
        "where": compared("attributes.city", "in", [f"city {n}" for n in range(10)])
    },
    "index: attribute eq and not a range": {"where": {"all": [KAZAN, {"not": SINCE_MARCH}]}},
    "index: two attributes eq, any of them": {
        "where": {"any": [KAZAN, compared("attributes.bonus", "eq", 5)]}
    },
    "index: phone starts with": {"where": compared("phone", "starts_with", "790000012")},
    "index: operator code and attribute range": {"operator_codes": ["907"], "where": SINCE_MARCH},
    "index: tag (decision 22)": {"tags": ["group 7"]},
    "scan: attribute ne": {"where": compared("attributes.city", "ne", "city 7")},
    "scan: attribute range of texts": {"where": SINCE_MARCH},
    "scan: attribute range of numbers": {"where": compared("attributes.age", "lt", 40)},
    "scan: attribute contains": {"where": compared("attributes.city", "contains", "19")},
    "scan: attribute exists": {"where": compared("attributes.vip", "exists", False)},
    "scan: attribute in, 200 values": {"where": compared("attributes.bonus", "in", list(range(200)))},
    "scan: created_at": {"where": compared("created_at", "gte", "2026-11-25T00:00:00+00:00")},
    "scan: phone contains": {"where": compared("phone", "contains", "777")},
    "scan: 10 ranges, any": {"where": {"any": RANGES}},
    "scan: 10 ranges, all": {"where": {"all": [compared("attributes.age", "gte", n) for n in range(10)]}},
    "scan: 100 ranges, all": {
        "where": {"all": [compared("attributes.age", "gte", n % 18) for n in range(100)]}
    },
    "those who did not get mailing 1, of 500,000": {
        "exclude": {"outcome_of": {"mailing": 1, "statuses": ["sent"]}}
    },
    "Kazan, but not those of Kazan who got mailing 1": {
        "where": KAZAN,
        "exclude": {"where": KAZAN, "outcome_of": {"mailing": 1, "statuses": ["sent"]}},
    },
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="count_filters", description=__doc__)
    parser.add_argument("--clients", type=int, default=CLIENTS)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, bench(Path(folder), Options(runs=RUNS)):
        _fill(given.clients)
        for name, written in FILTERS.items():
            _print_count(name, written)
        _print_attributes()


def _fill(clients: int) -> None:
    from tests.factories import make_mailing

    with connection.cursor() as cursor:
        for indexed in (False, True):
            cursor.execute("TRUNCATE directory_client CASCADE")
            if not indexed:
                cursor.execute("SELECT pg_get_indexdef('client_attributes'::regclass)")
                definition = cursor.fetchone()[0]
                cursor.execute("DROP INDEX client_attributes")
            else:
                cursor.execute(definition)
            began = time.perf_counter()
            cursor.execute(INSERT, [clients])
            print(f"{time.perf_counter() - began:8.1f} s  INSERT, client_attributes: {indexed}", flush=True)
        mailing = make_mailing(pk=1, status="finished")
        cursor.execute(INSERT_MESSAGES, [mailing.pk])
        cursor.execute("VACUUM ANALYZE directory_client")
        cursor.execute("VACUUM ANALYZE mailings_message")
        cursor.execute(
            "SELECT pg_size_pretty(pg_relation_size('client_attributes')), "
            "pg_size_pretty(pg_relation_size('directory_client'))"
        )
        print("client_attributes {}, the table {}".format(*cursor.fetchone()), flush=True)


def _print_count(name: str, written: dict[str, Any]) -> None:
    from notification_service.directory.filters import read_filter
    from notification_service.mailings.counting import CountTooSlow
    from notification_service.mailings.matching import count_matching

    found, seconds, clients = read_filter(written), [], "too slow"
    for _ in range(RUNS):
        began = time.perf_counter()
        try:
            clients = f"{count_matching(found):,}"
        except CountTooSlow:
            clients = "too slow"
        seconds.append(time.perf_counter() - began)
    print(f"{statistics.median(seconds):8.3f} s  {clients:>10}  {name}", flush=True)


def _print_attributes() -> None:
    from notification_service.directory.in_use import attributes_in_use

    began = time.perf_counter()
    names = len(attributes_in_use())
    print(f"{time.perf_counter() - began:8.3f} s  {names:>10}  names of attributes", flush=True)


if __name__ == "__main__":
    main()
