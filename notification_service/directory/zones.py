import zoneinfo
from functools import cache

from django.db import connection
from django.db.models import Sum

from notification_service.directory.models import ClientMove

# Names in the system's zone folder that are not places: "localtime" is whatever the machine is set to.
PSEUDO_ZONES = {"localtime", "posixrules", "Factory"}
PSEUDO_FOLDERS = ("posix/", "right/")


@cache
def known_zones() -> frozenset[str]:
    """Return the zones that both Python and PostgreSQL know. The database refuses a row with any other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_timezone_names")
        in_database = {row[0] for row in cursor.fetchall()}
    return places(zoneinfo.available_timezones() & in_database)


def places(zones: set[str]) -> frozenset[str]:
    """Return the names of time zones that belong to a place."""
    return frozenset(name for name in zones - PSEUDO_ZONES if not name.startswith(PSEUDO_FOLDERS))


def zone_changes() -> int:
    """Return a number that is another one after each statement that may move clients to another zone."""
    return int(ClientMove.objects.aggregate(sum=Sum("statements"))["sum"] or 0)
