"""What a caller chooses for a file that waits, and what prevents its import."""

from typing import Any

from django.utils import timezone
from rest_framework.exceptions import ErrorDetail, ValidationError

from notification_service.api.problems import ConflictError
from notification_service.directory.importing import FileRefused
from notification_service.directory.importing.uploads import lifecycle
from notification_service.directory.importing.uploads.layout import read_as
from notification_service.directory.importing.uploads.obstacles import Obstacle, Obstructed, obstacle_of
from notification_service.directory.importing.uploads.written_zones import WrittenZones, find_written_zones
from notification_service.directory.models import ClientUpload

OF_A_CSV = ("encoding", "separator", "columns")
WORDS = {
    Obstacle.FIELD_TWICE: "Two columns are taken for `{}`: leave one of them out.",
    Obstacle.ATTRIBUTE_TWICE: "Two columns would be the attribute `{}`: leave one of them out.",
    Obstacle.MISSING: "No column is taken for {}, which every client needs.",
}


def take_choices(upload: ClientUpload, values: dict[str, Any]) -> None:
    """Set them, and save them if the file still waits. Raises ValidationError, ConflictError."""
    _take_layout(upload, {name: values.pop(name) for name in OF_A_CSV if name in values})
    zones = WrittenZones.of(upload).chosen | values.pop("zones", {})
    for name, value in values.items():
        setattr(upload, name, value)
    if upload.one_timezone and not upload.timezone:
        raise ValidationError({"one_timezone": ["There is no `timezone` for all rows."]})
    upload.zones = find_written_zones(upload, at=timezone.now(), chosen=zones).as_json()
    if not lifecycle.describe(upload.pk, **{name: getattr(upload, name) for name in lifecycle.LAYOUT}):
        raise not_ready()


def obstacle_words(upload: ClientUpload) -> str:
    match obstacle_of(upload):
        case Obstructed(by=Obstacle.MISSING, names=names):
            return WORDS[Obstacle.MISSING].format(" and ".join(f"`{name}`" for name in names))
        case Obstructed(by=obstacle, names=(name,)):
            return WORDS[obstacle].format(name)
    return ""


def not_ready() -> ConflictError:
    return ConflictError("conflict", "The import was started already, or has ended.")


def _take_layout(upload: ClientUpload, layout: dict[str, Any]) -> None:
    if not layout:
        return
    if upload.file_format == ClientUpload.Format.NDJSON:
        raise ValidationError({name: ["Only a CSV has it."] for name in layout})
    columns = layout.pop("columns", None)
    own = {"encoding": upload.encoding, "separator": upload.separator}
    try:
        if layout:
            read_as(upload, **{**own, **layout}, chosen=())
        if columns is not None:
            _take_columns(upload, columns)
    except FileRefused as refusal:
        raise ValidationError({next(iter(layout), "columns"): [str(refusal)]}) from None


def _take_columns(upload: ClientUpload, columns: list[str]) -> None:
    if len(columns) != len(upload.columns):
        words = f"Must have a field for each of the {len(upload.columns)} columns."
        raise ValidationError({"columns": [ErrorDetail(words, "length")]})
    read_as(upload, encoding=upload.encoding, separator=upload.separator, chosen=columns)
