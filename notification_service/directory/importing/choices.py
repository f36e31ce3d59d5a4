"""What a person chooses for a whole file because its lines do not say it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from notification_service.directory.zone_names import zone_key

REQUIRED = ("phone", "timezone")


class TagMode(StrEnum):
    """What becomes of the tags that a client has, if the file says something of tags."""

    REPLACE = "replace"
    ADD = "add"  # they stay, and those of the file come after them


@dataclass(frozen=True, slots=True)
class Choices:
    """`zones` are IANA names by `zone_key` of what is written; `timezone` and `tag` are for rows without one.

    `one_timezone` gives every row that zone, whatever the row says.
    """

    zones: Mapping[str, str] = field(default_factory=dict)
    timezone: str = ""
    one_timezone: bool = False
    tag: str = ""
    tag_mode: TagMode = TagMode.REPLACE

    @property
    def required(self) -> tuple[str, ...]:
        """Return the columns that the file must have."""
        return ("phone",) if self.timezone else REQUIRED

    def zone_of(self, written: str) -> str:
        """Return the zone of a row that says this; empty if none was chosen."""
        return self.zones.get(zone_key(written), "") if written else self.timezone


NO_CHOICES = Choices()
