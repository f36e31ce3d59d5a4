"""The tags and attributes that clients have, for whoever builds a condition."""

from dataclasses import dataclass

from notification_service.directory.sql import sql

MOST_NAMES = 1_000
READ_CLIENTS = 100_000  # all of a million would take seconds


@dataclass(frozen=True, slots=True)
class AttributeInUse:
    """`clients` have it; of these so many with a string, a number, true or false.

    Where there are many clients, these are estimates, and an attribute of very few clients may be left out.
    """

    name: str
    clients: int
    strings: int
    numbers: int
    booleans: int


def tag_counts(*, most: int) -> list[tuple[str, int]]:
    """Return tags with the number of clients who have them, whichever of theirs; most clients first."""
    return [(tag, clients) for tag, clients in sql.rows("count_tags", most=most)]


def attributes_in_use() -> list[AttributeInUse]:
    """Return the most frequent first. Of more than READ_CLIENTS clients, it reads pages by chance."""
    (known,) = sql.row("about_how_many_clients")
    percent = min(100.0, 100 * READ_CLIENTS / max(known, 1))
    rows = sql.rows("count_attributes", percent=percent, limit=MOST_NAMES)
    return [
        AttributeInUse(name, *(round(number * 100 / percent) for number in numbers))
        for name, *numbers in rows
    ]
