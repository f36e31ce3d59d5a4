"""The time by PostgreSQL's clock, because the clocks of machines may differ."""

from datetime import datetime

from django.db import connection


def database_now() -> datetime:
    """Not the time at which the transaction began."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now
