"""Whether what is still to come of a spread is spread over what is left of its time."""

from collections import defaultdict
from collections.abc import Sequence

from django.db import connection

FEWEST = 30  # messages, of which it can be said
MOST_APART = 0.2  # the largest distance between the planned times and an even spread, as a share

# First attempts that are still ahead. Of mailings without hours, which end later: else zones, or the time
# that stays free before the end, would count.
READ_PLANS = """
SELECT mailing.id, extract(epoch FROM clock_timestamp())::float8,
  extract(epoch FROM mailing.started_at + make_interval(mins => mailing.spread_minutes))::float8,
  extract(epoch FROM message.next_attempt_at)::float8
FROM mailings_mailing AS mailing JOIN mailings_message AS message ON message.mailing_id = mailing.id
WHERE mailing.status = 'running' AND mailing.deleted_at IS NULL AND mailing.spread_minutes IS NOT NULL
  AND mailing.audience_built_at IS NOT NULL AND window_from IS NULL AND window_days = '{}'
  AND message.status = 'pending' AND message.attempts = 0 AND message.next_attempt_at > clock_timestamp()
  AND mailing.started_at + make_interval(mins => mailing.spread_minutes) < mailing.end_at
"""


def uneven_spreads() -> list[str]:
    connection.close()  # this thread's may not have survived the storm
    with connection.cursor() as cursor:
        cursor.execute(READ_PLANS)
        rows = cursor.fetchall()
    now = min((row[1] for row in rows), default=0.0)
    plans: dict[tuple[int, float], list[float]] = defaultdict(list)
    for mailing_id, _, until, at in rows:
        plans[mailing_id, until].append(at)
    return [
        f"mailing {mailing_id}: {len(times)} messages until {until:.3f} are not spread evenly"
        for (mailing_id, until), times in plans.items()
        if len(times) >= FEWEST and apart(times, since=now, until=until) > MOST_APART
    ]


def apart(times: Sequence[float], *, since: float, until: float) -> float:
    """The largest distance of the times' distribution from an even one, after Kolmogorov."""
    whole = max(until - since, 1e-9)
    shares = [min(1.0, (at - since) / whole) for at in sorted(times)]
    return max(max((n + 1) / len(shares) - share, share - n / len(shares)) for n, share in enumerate(shares))
