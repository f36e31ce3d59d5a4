"""How many clients live in each time zone."""

from notification_service.directory.sql import sql


def zone_counts() -> dict[str, int]:
    """Return them without deleted clients, exact, in a millisecond however many there are."""
    return dict(sql.rows("count_zones"))
