"""Giving a tag to many clients, and taking it away, each in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass

from notification_service.directory.rules import MOST_TAGS
from notification_service.directory.sql import sql


@dataclass(frozen=True, slots=True)
class TagChange:
    """`places` of the removed tag stand beside `changed`. `refused` is how many had too many tags."""

    changed: list[int]
    places: list[int] | None = None
    refused: int = 0


def add_tag(tag: str, *, client_ids: Sequence[int], places: Sequence[int] | None = None) -> TagChange:
    """Without `places`, it becomes the last of each client's tags."""
    found = sql.rows("add_tag", tag=tag, ids=list(client_ids), places=list(places or []), most=MOST_TAGS)
    changed = [client_id for client_id, is_full in found if not is_full]
    return TagChange(changed, refused=len(found) - len(changed))


def remove_tag(tag: str, *, client_ids: Sequence[int]) -> TagChange:
    found = sql.rows("remove_tag", tag=tag, ids=list(client_ids))
    return TagChange([client_id for client_id, _place in found], [place for _client_id, place in found])
