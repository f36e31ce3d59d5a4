from typing import TypedDict, Unpack
from uuid import uuid4

from notification_service_client.describe.parts import address, change, if_unchanged, read, send
from notification_service_client.models import ClientFilter, CountedSegment, Segment
from notification_service_client.request import Request


class SegmentChanges(TypedDict, total=False):
    name: str
    filter: ClientFilter


def create(
    *,
    name: str,
    filter: ClientFilter,  # noqa: A002 (the API's name)
    idempotency_key: str | None = None,
) -> Request[Segment]:
    """Save a filter under a name. Give a key of your own if your program may be started again meanwhile."""
    headers = {"Idempotency-Key": idempotency_key or str(uuid4())}
    body = {"name": name, "filter": filter}
    return send("POST", "/api/segments/", Segment, body, headers=headers, repeatable=True)


def get(segment: Segment | int) -> Request[CountedSegment]:
    """With how many clients are in it now."""
    return read(address("segments", segment), CountedSegment)


def update(segment: Segment | int, **changes: Unpack[SegmentChanges]) -> Request[Segment]:
    """Change the fields given. Raises ChangedError if the segment passed is not as it was read."""
    return change("PATCH", address("segments", segment), Segment, segment, changes)


def delete(segment: Segment | int) -> Request[None]:
    """Raises ConflictError, which says what uses it, while something does."""
    return Request("DELETE", address("segments", segment), type(None), headers=if_unchanged(segment))


def every() -> Request[Segment]:
    """One by one; pages are fetched as they are needed."""
    return read("/api/segments/", Segment)
