import zoneinfo
from functools import cache

from django.db import connection

from notification_service.directory.rules import places


@cache
def known_zones() -> frozenset[str]:
    """The zones that Python and PostgreSQL both know: the database refuses a row with any other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_timezone_names")
        in_database = {row[0] for row in cursor.fetchall()}
    return places(zoneinfo.available_timezones() & in_database)
