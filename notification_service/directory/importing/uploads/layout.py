"""How to read an upload: what its columns are, and what was chosen for the whole file."""

import re
from collections.abc import Sequence

from notification_service.directory.importing import Header
from notification_service.directory.importing.choices import Choices, TagMode
from notification_service.directory.importing.columns import ATTRIBUTE, is_of_rejected, recognise
from notification_service.directory.importing.csv_rows import read_header
from notification_service.directory.importing.uploads.head import first_lines
from notification_service.directory.importing.uploads.kinds import kind_of
from notification_service.directory.importing.uploads.parts import head_of
from notification_service.directory.importing.uploads.written_zones import WrittenZones
from notification_service.directory.models import ClientUpload
from notification_service.directory.rules import is_phone, typed_phone

OF_THE_WHOLE_FILE = ("timezone", "one_timezone", "tag", "tag_mode")
OF_REJECTED = re.compile(r"import-(?P<id>[0-9]{1,18})-rejected")


def header_of(upload: ClientUpload) -> Header | None:
    if upload.file_format == ClientUpload.Format.NDJSON:
        return None
    return Header(tuple(upload.columns), upload.separator, tuple(upload.names or ()))


def choices_of(upload: ClientUpload) -> Choices:
    return Choices(
        zones=WrittenZones.of(upload).chosen,
        timezone=upload.timezone,
        one_timezone=upload.one_timezone,
        tag=upload.tag,
        tag_mode=TagMode(upload.tag_mode),
    )


def read_as(upload: ClientUpload, *, encoding: str, separator: str, chosen: Sequence[str]) -> None:
    """Set the chosen columns; a change of encoding or separator resets them. Raises FileRefused."""
    as_before = (encoding, separator) == (upload.encoding, upload.separator)
    header = read_header(first_lines(head_of(upload), encoding), separator=separator)
    upload.encoding = encoding
    take_header(upload, header)
    if as_before and len(chosen) == len(upload.columns):
        named = zip(chosen, upload.names or (), strict=True)
        upload.columns = ["" if column == ATTRIBUTE and not name else column for column, name in named]


def take_header(upload: ClientUpload, header: Header) -> None:
    upload.separator = header.separator
    # If the file has no names of columns, these are a client's cells: do not keep the phone.
    upload.names = ["" if is_phone(typed_phone(name)) else name for name in header.columns]
    upload.columns = recognise(upload.names, known=kind_of(upload).columns)


def take_up_rejected(upload: ClientUpload) -> dict[str, str]:
    """If these are corrected lines of an earlier import, read them as that import read its file.

    Return the zones that were chosen then, by key.
    """
    found = OF_REJECTED.search(upload.file_name)
    before = ClientUpload.objects.filter(pk=found["id"]).first() if found else None
    if before is None or _form(upload) != _form(before):
        return {}
    meant = dict(zip(before.names or (), before.columns, strict=False))
    upload.columns = [meant.get(name, "") for name in upload.names or ()]
    for name in OF_THE_WHOLE_FILE:
        setattr(upload, name, getattr(before, name))
    return WrittenZones.of(before).chosen


def _form(upload: ClientUpload) -> tuple[str, list[str]]:
    return f"{upload.kind} {upload.file_format}", [
        name for name in upload.names or () if not is_of_rejected(name)
    ]
