"""A database as it is after months: two hundred mailings, five of which have half of all the messages."""

from datetime import timedelta
from typing import Any

from django.db import connection

from notification_service.mailings.models import Mailing
from tests.factories import make_mailing, now

MAILINGS = 200
GIANTS = ("few failures", "many failures", "cancelled", "waiting", "due")
ZONES = (
    "Europe/Kaliningrad",
    "Europe/Moscow",
    "Europe/Samara",
    "Asia/Yekaterinburg",
    "Asia/Omsk",
    "Asia/Krasnoyarsk",
    "Asia/Irkutsk",
    "Asia/Yakutsk",
    "Asia/Vladivostok",
    "Asia/Magadan",
    "Asia/Kamchatka",
)
TAGS = ("", "vip", "new", "discount", "debtor", "student", "pension", "spring", "summer", "loyal 2026")

CLIENTS = """
INSERT INTO directory_client (phone, operator_code, tag, timezone, attributes, created_at, updated_at)
SELECT (79000000000 + n * 7 %% 999999937)::text, (900 + n * 7919 %% 100)::text,
  (%(tags)s::text[])[1 + n %% %(tag_count)s], (%(zones)s::text[])[1 + n %% %(zone_count)s], '{}',
  now() - interval '1 year', now() - interval '1 year'
FROM generate_series(1, %(clients)s::bigint) AS n
"""

MESSAGES = """
INSERT INTO mailings_message
  (mailing_id, client_id, status, attempts, created_at, next_attempt_at, sent_at, reason, reason_number)
SELECT %(mailing_id)s, id, status, CASE status WHEN 'pending' THEN 0 ELSE 1 END, %(at)s,
  CASE status WHEN 'pending' THEN CASE WHEN %(waits)s
    THEN date_trunc('hour', now()) + interval '1 hour' * (1 + id %% 11) ELSE now() - interval '1 hour' END
  END,
  CASE status WHEN 'sent' THEN %(at)s::timestamptz + interval '1 ms' * n END,
  CASE status WHEN 'failed' THEN 'http_status' WHEN 'expired' THEN 'deadline_passed'
    WHEN 'cancelled' THEN 'mailing_cancelled' WHEN 'unknown' THEN 'response_timeout' ELSE '' END,
  CASE status WHEN 'failed' THEN 400 + (n / 1000) %% 5 END
FROM (
  SELECT id, n, {status} AS status
  FROM (SELECT id, row_number() OVER () AS n FROM (
    SELECT id FROM directory_client WHERE id > %(after)s ORDER BY id LIMIT %(messages)s
  ) AS chosen) AS numbered
) AS client
"""

# Of the n-th message of a mailing.
STATUSES = {
    "few failures": "CASE WHEN n <= 3 THEN 'failed' ELSE 'sent' END",
    "many failures": "CASE WHEN n %% 50 = 0 THEN 'failed' WHEN n %% 100 = 1 THEN 'expired' "
    "WHEN n %% 10000 = 7 THEN 'unknown' ELSE 'sent' END",
    "cancelled": "CASE WHEN n %% 2 = 0 THEN 'cancelled' ELSE 'sent' END",
    "waiting": "CASE WHEN n %% 2 = 0 THEN 'pending' ELSE 'sent' END",
    "due": "CASE WHEN n %% 2 = 0 THEN 'pending' ELSE 'sent' END",
    "usual": "CASE WHEN n %% 100 = 0 THEN 'failed' WHEN n %% 1000 = 1 THEN 'expired' ELSE 'sent' END",
}

# What the triggers would have counted, had the messages been sent one by one.
COUNTS = """
INSERT INTO mailings_minutecount (mailing_id, minute, slot, sent, failed)
SELECT mailing_id, date_trunc('minute', coalesce(sent_at, created_at)), 0,
  count(*) FILTER (WHERE status = 'sent'), count(*) FILTER (WHERE status = 'failed')
FROM mailings_message WHERE mailing_id = %(mailing_id)s AND status IN ('sent', 'failed') GROUP BY 1, 2;
INSERT INTO mailings_failurecount (mailing_id, reason, reason_number, slot, messages)
SELECT mailing_id, reason, reason_number, 0, count(*) FROM mailings_message
WHERE mailing_id = %(mailing_id)s AND status IN ('failed', 'unknown') GROUP BY 1, 2, 3;
INSERT INTO mailings_attempt
  (message_id, mailing_id, number, at, outcome, reason, reason_number, http_status, answer)
SELECT id, mailing_id, 1, created_at, status, reason, reason_number, 400,
  '{"code": 400, "message": "no such phone"}'
FROM mailings_message WHERE mailing_id = %(mailing_id)s AND status IN ('failed', 'unknown')
"""


def fill(*, messages: int) -> dict[str, int]:
    """Write about that many messages to a tenth as many clients; answers the giants' ids by name."""
    clients = messages // 10
    zones = {"tags": list(TAGS), "tag_count": len(TAGS), "zones": list(ZONES), "zone_count": len(ZONES)}
    _execute(CLIENTS, clients=clients, **zones)
    giants = dict(zip(range(20, 40 * len(GIANTS), 40), GIANTS, strict=True))
    usual = messages // 2 // (MAILINGS - len(GIANTS))
    ids = {}
    for number in range(1, MAILINGS + 1):
        name = giants.get(number, "usual")
        size, after = (clients, 0) if name != "usual" else (usual, number * 997 % max(1, clients - usual))
        ids[name] = _write_mailing(name, number=number, messages=size, after=after)
    _execute("VACUUM (FREEZE, ANALYZE)")
    return ids


def _write_mailing(name: str, *, number: int, messages: int, after: int) -> int:
    at = now() - timedelta(hours=12) * (MAILINGS + 1 - number)
    status = {"cancelled": "cancelled", "waiting": "running", "due": "running"}.get(name, "finished")
    is_over = status != "running"
    times = {
        "created_at": at,
        "start_at": at,
        "started_at": at,
        "audience_built_at": at,
        "end_at": now() + timedelta(days=0 if is_over else 1),
        "finished_at": at + timedelta(hours=1) if is_over else None,
    }
    mailing = make_mailing(text=f"Sale number {number}", status=status, **times)
    parameters = {"mailing_id": mailing.pk, "messages": messages, "after": after, "at": at}
    _execute(MESSAGES.replace("{status}", STATUSES[name]), waits=name == "waiting", **parameters)
    _execute(COUNTS, mailing_id=mailing.pk)
    return int(Mailing.objects.values_list("pk", flat=True).get(pk=mailing.pk))


def _execute(statement: str, **parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
