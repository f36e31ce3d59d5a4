"""What a person chooses on the page that previews a file. It is saved with the upload."""

from collections.abc import Mapping

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from notification_service.console.imports import labels
from notification_service.directory.importing import FileRefused
from notification_service.directory.importing.choices import TagMode
from notification_service.directory.importing.columns import ATTRIBUTE
from notification_service.directory.importing.uploads import lifecycle
from notification_service.directory.importing.uploads.kinds import kind_of
from notification_service.directory.importing.uploads.layout import read_as
from notification_service.directory.importing.uploads.obstacles import Obstacle, Obstructed, obstacle_of
from notification_service.directory.importing.uploads.written_zones import WrittenZones, find_written_zones
from notification_service.directory.models import ClientUpload
from notification_service.directory.rules import TAG_LENGTH, tag_of
from notification_service.directory.zone_names import zone_key
from notification_service.directory.zones import known_zones


def keep_choices(found: ClientUpload, form: QueryDict) -> tuple[str, str]:
    """Save the choices. Return what is wrong with the form, and what keeps the import from being started.

    Both are empty if there is nothing. Whatever is valid is saved.
    """
    if kind_of(found).said:
        wrong = _take_layout(found, form)
        lifecycle.describe(found.pk, **{name: getattr(found, name) for name in lifecycle.LAYOUT})
        return wrong, columns_problem(found)
    wrong = _take_layout(found, form) or _take_whole_file(found, form)
    seen = _seen_zones(form)
    zones = find_written_zones(found, at=timezone.now(), chosen=seen)
    found.zones = zones.as_json()
    lifecycle.describe(found.pk, **{name: getattr(found, name) for name in lifecycle.LAYOUT})
    return wrong, columns_problem(found) or _unseen_problem(found, zones, seen)


def columns_problem(found: ClientUpload) -> str:
    match obstacle_of(found):
        case Obstructed(by=Obstacle.FIELD_TWICE, names=(name,)):
            return _("Two columns are chosen as “%(name)s”: leave one of them out.") % {
                "name": labels.WORDS[name]
            }
        case Obstructed(by=Obstacle.ATTRIBUTE_TWICE, names=(name,)):
            return _("Two columns are chosen as the attribute “%(name)s”: leave one of them out.") % {
                "name": name
            }
        case Obstructed(names=absent):
            return _missing_problem(found, absent)
    return ""


def _missing_problem(found: ClientUpload, absent: tuple[str, ...]) -> str:
    if kind_of(found).said:
        return _("Choose the column of phones: every row needs one.")
    if absent == ("timezone",):
        return _("Choose below the column of time zones, or a time zone for rows without one.")
    names = ", ".join(f"“{labels.FIELD[name]}”" for name in absent)
    return _("Choose the column for %(names)s: every client needs it.") % {"names": names}


def _take_layout(found: ClientUpload, form: QueryDict) -> str:
    if found.file_format == ClientUpload.Format.NDJSON:
        return ""
    encoding, separator = form.get("encoding", ""), form.get("separator", "")
    if encoding not in labels.ENCODING or separator not in labels.SEPARATOR:
        return _("Choose the encoding and the separator from their lists.")
    known = {*labels.FIELDS[found.kind], *([] if kind_of(found).said else [ATTRIBUTE])}
    chosen = [name if name in known else "" for name in form.getlist("column")]
    try:
        read_as(found, encoding=encoding, separator=separator, chosen=chosen)
    except FileRefused as refusal:
        return str(refusal)
    return ""


def _take_whole_file(found: ClientUpload, form: QueryDict) -> str:
    zone, tag = form.get("timezone", ""), tag_of(form.get("tag", "").replace("\0", ""))
    found.timezone = zone if zone in known_zones() else ""
    found.one_timezone = "one_timezone" in form and bool(found.timezone)
    found.tag = tag[:TAG_LENGTH]
    found.tag_mode = TagMode.ADD if form.get("tag_mode") == TagMode.ADD else TagMode.REPLACE
    if "one_timezone" in form and not found.timezone:
        return _("Choose the time zone for all rows.")
    return _("A tag has no more than %(most)d characters.") % {"most": TAG_LENGTH} if tag != found.tag else ""


def _seen_zones(form: QueryDict) -> dict[str, str]:
    """Return the zones that the form showed, as the person left them, by key."""
    known = known_zones()
    pairs = zip(form.getlist("zone_written"), form.getlist("zone"), strict=False)
    return {zone_key(written): zone if zone in known else "" for written, zone in pairs}


def _unseen_problem(found: ClientUpload, zones: WrittenZones, seen: Mapping[str, str]) -> str:
    if found.one_timezone or all(each.key in seen for each in zones.listed):
        return ""
    return _("Nothing has started yet: check the file’s time zones below first.")
