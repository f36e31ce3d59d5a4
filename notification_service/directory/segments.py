"""The only writer of segments. It does not know which mailings use them.

So everything above the domain calls `mailings.segment_changes` instead.
"""

from typing import Any

import structlog
from django.db import IntegrityError, transaction

from notification_service.audit.actions import Action
from notification_service.audit.log import record
from notification_service.directory.filters import ClientFilter, read_filter
from notification_service.directory.filters.chains import check_chains
from notification_service.directory.models import Segment
from notification_service.directory.versions import Versions, check_version

log = structlog.get_logger(__name__)


class SegmentNameTaken(Exception):  # noqa: N818
    """`existing` is the segment that has the name."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name
        self.detail = "Another segment has this name."

    @property
    def existing(self) -> Segment | None:
        return Segment.objects.filter(name=self.name).first()


def filters_named_by(found: ClientFilter) -> dict[str, Any]:
    """Return the filters of all segments that it names, itself or through others, as they are written."""
    return _filters_of({name for _, name in found.segments()})


def _filters_of(names: set[str]) -> dict[str, Any]:
    known: dict[str, Any] = {}
    while names:
        found = dict(Segment.objects.filter(name__in=names).values_list("name", "filter"))
        known |= found
        names = {name for each in found.values() for name in _named_in(each)} - known.keys()
    return known


def users_of(name: str) -> list[str]:
    """Return the names of the segments that name it."""
    return sorted(each.name for each in Segment.objects.exclude(name=name) if name in _named_in(each.filter))


def names_by_segment() -> list[tuple[str, set[str]]]:
    """Return each segment with the segments that its filter names."""
    written = Segment.objects.order_by("name").values_list("name", "filter")
    return [(name, _named_in(each)) for name, each in written]


def save_segment(
    segment: Segment | None, *, name: str, found: ClientFilter, expected: Versions = None
) -> Segment:
    """Add a segment (None) or change one, within the caller's transaction, which holds the segments' lock.

    Raises InvalidFilter, SegmentNameTaken, Stale.
    """
    others = dict(Segment.objects.exclude(pk=segment.pk if segment else 0).values_list("name", "filter"))
    if segment and (segment.name, segment.filter) == (name, found.as_json()):
        return segment
    if segment:
        check_version(segment, expected)
    check_chains(name, found, {each: read_filter(written) for each, written in others.items()})
    before = {"name": segment.name, "filter": segment.filter} if segment else {"name": None, "filter": None}
    saved = segment or Segment()
    saved.name, saved.filter = name, found.as_json()
    try:
        with transaction.atomic():
            saved.save()
    except IntegrityError:
        raise SegmentNameTaken(name) from None
    changes = {
        field: (was, getattr(saved, field)) for field, was in before.items() if was != getattr(saved, field)
    }
    action = Action.SEGMENT_CHANGED if segment else Action.SEGMENT_CREATED
    record(action, object_id=saved.pk, object_name=name, changes=changes)
    log.info("segment saved", segment_id=saved.pk, fields=sorted(changes))
    return saved


def remove_segment(segment: Segment) -> None:
    """Within the caller's transaction, which has seen that nothing uses it."""
    segment_id = segment.pk
    segment.delete()
    record(Action.SEGMENT_DELETED, object_id=segment_id, object_name=segment.name)
    log.info("segment deleted", segment_id=segment_id)


def _named_in(written: dict[str, Any]) -> set[str]:
    named = {written.get("segment"), written.get("exclude", {}).get("segment")}
    return {name for name in named if name}
