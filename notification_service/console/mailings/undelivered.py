"""Why messages of a mailing were not sent: their number by reason, and by what the gateway itself said."""

from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.cache import cache
from django.db import connection

from notification_service.console.parts.gateway_words import gateway_words
from notification_service.mailings.models import Message
from notification_service.mailings.reasons import ANOTHER_REASON, Why, read_row

KEPT_SECONDS = 60
MOST = 20_000  # messages of a status that are looked at, the latest: some 100 ms
GROUPS = """
SELECT message.status, message.reason, message.reason_number, message.cause, coalesce(attempt.response, ''),
  count(*)
FROM unnest(%(statuses)s::text[]) AS ended (status)
CROSS JOIN LATERAL (
  SELECT id, status, reason, reason_number, CASE reason WHEN 'deadline_passed' THEN error ELSE '' END AS cause
  FROM mailings_message
  WHERE mailing_id = %(mailing_id)s AND undelivered = ended.status
  ORDER BY id DESC LIMIT %(most)s
) AS message
LEFT JOIN LATERAL (
  SELECT response FROM mailings_attempt WHERE message_id = message.id ORDER BY id DESC LIMIT 1
) AS attempt ON true
GROUP BY 1, 2, 3, 4, 5
"""

Row = tuple[str, str, int | None, str, str, int]


@dataclass(frozen=True, slots=True)
class UndeliveredGroup:
    status: str
    why: Why
    said: str
    messages: int

    @property
    def query(self) -> str:
        """Of the page of the mailing, for these messages."""
        asked = {"status": self.status, "reason": self.why.key}
        if self.why.cause:
            asked["cause"] = self.why.cause.key
        if self.said:
            asked["said"] = self.said
        return urlencode(asked)


@dataclass(frozen=True, slots=True)
class Undelivered:
    groups: list[UndeliveredGroup]  # most messages first
    passed_over: int  # messages that were not looked at: there are too many


def undelivered(mailing_id: int, counts: dict[str, int]) -> Undelivered:
    """Cached until one of the counts changes."""
    ended = [counts[status] for status in Message.UNDELIVERED]
    if not any(ended):
        return Undelivered([], 0)
    key = f"console-undelivered-{mailing_id}-{'-'.join(map(str, ended))}"
    groups = cache.get(key)
    if groups is None:
        groups = _grouped(_read(mailing_id))
        cache.set(key, groups, KEPT_SECONDS)
    return Undelivered(groups, sum(max(count - MOST, 0) for count in ended))


def _read(mailing_id: int) -> list[Row]:
    statuses = [status.value for status in Message.UNDELIVERED]
    with connection.cursor() as cursor:
        cursor.execute(GROUPS, {"mailing_id": mailing_id, "statuses": statuses, "most": MOST})
        return list(cursor.fetchall())


def _grouped(rows: list[Row]) -> list[UndeliveredGroup]:
    found: Counter[tuple[str, Why, str]] = Counter()
    for status, code, number, cause, response, messages in rows:
        why = read_row(code, number, cause) or ANOTHER_REASON
        found[status, why, gateway_words(response)] += messages
    return [UndeliveredGroup(*which, messages) for which, messages in found.most_common()]
