"""What keeps a file from being imported as its columns are chosen; the console and the API word it."""

from dataclasses import dataclass
from enum import StrEnum, auto

from notification_service.directory.importing.columns import attribute_names, missing, repeated
from notification_service.directory.importing.uploads.kinds import kind_of
from notification_service.directory.importing.uploads.layout import choices_of
from notification_service.directory.models import ClientUpload


class Obstacle(StrEnum):
    FIELD_TWICE = auto()
    ATTRIBUTE_TWICE = auto()
    MISSING = auto()


@dataclass(frozen=True, slots=True)
class Obstructed:
    """`names` are the fields or attributes that are chosen twice, or not at all."""

    by: Obstacle
    names: tuple[str, ...]


def obstacle_of(upload: ClientUpload) -> Obstructed | None:
    """An object of NDJSON names its fields: only what a whole file needs can be missing of a CSV."""
    if upload.file_format == ClientUpload.Format.NDJSON:
        return None
    kind = kind_of(upload)
    if twice := repeated(upload.columns, known=kind.columns.names):
        return Obstructed(Obstacle.FIELD_TWICE, (twice[0],))
    own = attribute_names(upload.columns, upload.names or ())
    if same := next((name for name in own if own.count(name) > 1), ""):
        return Obstructed(Obstacle.ATTRIBUTE_TWICE, (same,))
    required = kind.required if kind.said else choices_of(upload).required
    absent = missing(upload.columns, required=required)
    return Obstructed(Obstacle.MISSING, tuple(absent)) if absent else None
