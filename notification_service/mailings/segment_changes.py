"""Changes of segments, refused if a scheduled mailing or another segment depends on them."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Q

from notification_service.directory import segments
from notification_service.directory.filters import ClientFilter, read_filter
from notification_service.directory.models import Segment
from notification_service.directory.segments import SegmentNameTaken
from notification_service.directory.versions import Versions, check_version
from notification_service.mailings.advisory_locks import lock_until_commit
from notification_service.mailings.matching import check_filter
from notification_service.mailings.models import Mailing

__all__ = [
    "SegmentInUse",
    "SegmentNameTaken",
    "SegmentUsers",
    "create_segment",
    "delete_segment",
    "update_segment",
    "users_by_segment",
]

MOST_NAMED = 20


class SegmentInUse(Exception):  # noqa: N818
    """`args[0]` says to a person what uses it."""


@dataclass(frozen=True, slots=True)
class SegmentUsers:
    """Why a segment cannot be deleted: scheduled mailings, by id, and segments, by name."""

    mailings: list[int] = field(default_factory=list)
    segments: list[str] = field(default_factory=list)


@transaction.atomic
def create_segment(*, name: str, filter: ClientFilter) -> Segment:  # noqa: A002 (the API's name)
    """Raises InvalidFilter, SegmentNameTaken."""
    return _save(None, name=name, found=filter)


@transaction.atomic
def update_segment(segment_id: int, *, expected: Versions = None, **changes: Any) -> Segment:
    """Change `name`, `filter` or both. A mailing that has started does not follow.

    Raises Segment.DoesNotExist, InvalidFilter, SegmentNameTaken, SegmentInUse if it is used under its present
    name, and Stale if it has none of the `expected` versions.
    """
    segment = _locked(segment_id)
    name = changes.get("name", segment.name)
    if name != segment.name:
        _refuse_if_used(segment.name, "renamed")
    found = changes.get("filter") or read_filter(segment.filter)
    return _save(segment, name=name, found=found, expected=expected)


@transaction.atomic
def delete_segment(segment_id: int, *, expected: Versions = None) -> None:
    """Raises Segment.DoesNotExist, SegmentInUse, Stale."""
    segment = _locked(segment_id)
    check_version(segment, expected)
    _refuse_if_used(segment.name, "deleted")
    segments.remove_segment(segment)


def _locked(segment_id: int) -> Segment:
    """Two changes at once could make a circle, so one waits for the other."""
    lock_until_commit("segments")
    return Segment.objects.select_for_update().get(pk=segment_id)


def _save(segment: Segment | None, *, name: str, found: ClientFilter, expected: Versions = None) -> Segment:
    lock_until_commit("segments")
    if segment is None or segment.filter != found.as_json():
        check_filter(found)
    return segments.save_segment(segment, name=name, found=found, expected=expected)


def users_by_segment() -> dict[str, SegmentUsers]:
    """Return what uses each segment; one that nothing uses is not there. A constant number of queries."""
    users: dict[str, SegmentUsers] = defaultdict(SegmentUsers)
    naming = Mailing.objects.alive().filter(_naming(), status=Mailing.Status.SCHEDULED).order_by("pk")
    for pk, *names in naming.values_list("pk", "segment", "exclude__segment"):
        for name in filter(None, dict.fromkeys(names)):
            users[name].mailings.append(pk)
    for name, named in segments.names_by_segment():
        for each in named:
            users[each].segments.append(name)
    return dict(users)


def _naming() -> Q:
    return ~Q(segment="") | Q(exclude__has_key="segment")


def _refuse_if_used(name: str, wanted: str) -> None:
    naming = Q(segment=name) | Q(exclude__segment=name)
    waiting = Mailing.objects.alive().filter(naming, status=Mailing.Status.SCHEDULED)
    users = [f"mailing {pk}" for pk in waiting.order_by("pk").values_list("pk", flat=True)[: MOST_NAMED + 1]]
    users += [f"segment “{user}”" for user in segments.users_of(name)]
    if users:
        more = " and others" if len(users) > MOST_NAMED else ""
        listed = ", ".join(users[:MOST_NAMED])
        raise SegmentInUse(f"The segment cannot be {wanted}: it is used by {listed}{more}.")
