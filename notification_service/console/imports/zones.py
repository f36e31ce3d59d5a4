"""The time zones of a file as the preview shows them: what each means, and what else it may mean."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

from notification_service.console.imports.labels import rows
from notification_service.console.parts import labels
from notification_service.directory.importing.uploads.written_zones import WrittenZone, WrittenZones
from notification_service.directory.models import ClientUpload
from notification_service.directory.zone_names import NEAR, PLACES, offer
from notification_service.directory.zones import known_zones

Choice = tuple[str, str]  # a zone's name and its label


@dataclass(frozen=True, slots=True)
class ZoneShown:
    written: str
    rows: str
    zone: str
    offered: list[Choice]


@dataclass(frozen=True, slots=True)
class ZonesShown:
    listed: list[ZoneShown]
    unlisted: int
    without: str  # rows; empty if every row has one
    looked_at: str  # rows; empty if these are all
    near: list[Choice]
    far: list[Choice]
    one: str  # for rows without one
    is_for_all: bool


def zones_shown(upload: ClientUpload) -> ZonesShown:
    found, now = WrittenZones.of(upload), timezone.now()
    known = known_zones()
    return ZonesShown(
        listed=[_shown(each, now) for each in found.listed],
        unlisted=found.unlisted,
        without=rows(found.without) if found.without else "",
        looked_at="" if found.is_whole else labels.number(found.rows),
        near=[(zone, zone_label(zone, now)) for zone in NEAR if zone in known],
        far=[(zone, zone) for zone in sorted(known - set(NEAR)) if zone.startswith(PLACES)],
        one=upload.timezone,
        is_for_all=upload.one_timezone,
    )


def zone_label(zone: str, at: datetime) -> str:
    """Return the name with its present offset, such as UTC+3 or UTC+5:30."""
    offset = at.astimezone(ZoneInfo(zone)).strftime("%z")
    hours, minutes = str(int(offset[1:3])), offset[3:5]
    return f"{zone} (UTC{offset[0]}{hours}{f':{minutes}' if minutes != '00' else ''})"


def _shown(each: WrittenZone, now: datetime) -> ZoneShown:
    offered = list(offer(each.written, zones=known_zones(), at=now).zones)
    if each.zone and each.zone not in offered:
        offered.insert(0, each.zone)
    shown = [(zone, zone_label(zone, now)) for zone in offered]
    return ZoneShown(each.written, labels.number(each.rows), each.zone, shown)
