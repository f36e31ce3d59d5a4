"""The time zones of a file that are not IANA names, and the zone that each means. A person confirms them."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Self

from notification_service.directory.importing import FileFormat, FileRefused, Header
from notification_service.directory.importing.readers import read_rows
from notification_service.directory.importing.report import BadLine
from notification_service.directory.importing.uploads.head import is_whole, lines_of_head
from notification_service.directory.models import ClientUpload
from notification_service.directory.rules import is_phone, typed_phone, visible
from notification_service.directory.zone_names import offer, zone_key
from notification_service.directory.zones import known_zones

PARTS = 16  # of the file that are read: about 80,000 rows, half a second
MOST_LISTED = 30  # a person checks each of them
WRITTEN_LENGTH = 100


@dataclass(slots=True)
class WrittenZone:
    """`written` is the spelling of its first row; `zone` is the zone it means, or empty."""

    written: str
    rows: int
    zone: str = ""

    @property
    def key(self) -> str:
        return zone_key(self.written)


@dataclass(slots=True)
class WrittenZones:
    """What the first `rows` of a file write instead of IANA names, the most frequent first.

    `unlisted` is how many more there are than MOST_LISTED, `without` the number of rows without a zone.
    """

    listed: list[WrittenZone] = field(default_factory=list)
    unlisted: int = 0
    without: int = 0
    rows: int = 0
    is_whole: bool = True

    @classmethod
    def of(cls, upload: ClientUpload) -> Self:
        kept: dict[str, Any] = dict(upload.zones or {})
        listed = [WrittenZone(**each) for each in kept.pop("listed", [])]
        return cls(listed=listed, **kept)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def chosen(self) -> dict[str, str]:
        return {each.key: each.zone for each in self.listed if each.zone}


def find_written_zones(
    upload: ClientUpload, *, at: datetime, chosen: Mapping[str, str] | None = None
) -> WrittenZones:
    """Propose the zone of each name that is unambiguous, unless `chosen` has another for its key."""
    known, counts, first = known_zones(), Counter[str](), dict[str, str]()
    found = WrittenZones(is_whole=is_whole(upload, parts=PARTS))
    for written in _written(upload):
        found.rows += 1
        if not written:
            found.without += 1
        elif written not in known:
            key = zone_key(written)
            counts[key] += 1
            first.setdefault(key, written)
    # If the column of phones was chosen by mistake, do not keep them.
    ways = [(key, rows) for key, rows in counts.most_common() if not is_phone(typed_phone(key))]
    for key, rows in ways[:MOST_LISTED]:
        taken_for = (chosen or {}).get(key)
        proposed = offer(key, zones=known, at=at).certain if taken_for is None else taken_for
        found.listed.append(WrittenZone(first[key], rows, proposed))
    found.unlisted = len(counts) - len(found.listed)
    return found


def _written(upload: ClientUpload) -> Iterator[str]:
    """Yield the zone as each readable row writes it, from the first parts of the file."""
    columns = tuple(name if name == "timezone" else "" for name in upload.columns)
    rows = read_rows(
        lines_of_head(upload, parts=PARTS),
        FileFormat(upload.file_format),
        header=Header(columns, upload.separator) if upload.file_format == ClientUpload.Format.CSV else None,
    )
    with suppress(FileRefused):
        for _line, _content, fields in rows:
            if not isinstance(fields, BadLine):
                text = fields.get("timezone", "")
                yield visible(text)[:WRITTEN_LENGTH] if isinstance(text, str) else ""
