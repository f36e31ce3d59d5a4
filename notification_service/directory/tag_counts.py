"""How many clients have each tag."""

from notification_service.directory.sql import sql


def tag_counts(*, most: int) -> list[tuple[str, int]]:
    """Return tags with the number of clients who have them, whichever of theirs; most clients first."""
    return [(tag, clients) for tag, clients in sql.rows("count_tags", most=most)]
