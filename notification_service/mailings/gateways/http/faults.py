"""What is wrong in a gateway's settings, and where."""

from dataclasses import dataclass, field
from typing import NamedTuple

from notification_service.mailings.gateways.unusable import GatewayFault

Place = tuple[str | int, ...]  # keys and indexes, from the outermost


class ConfigFault(NamedTuple):
    place: Place
    problem: GatewayFault
    detail: str


@dataclass(slots=True)
class Faults:
    """Collected while settings are read, so that a person mends all of them at once."""

    found: list[ConfigFault] = field(default_factory=list)

    def add(self, place: Place, problem: GatewayFault, detail: str) -> None:
        self.found.append(ConfigFault(place, problem, detail))

    def wrong(self, place: Place, detail: str) -> None:
        self.add(place, GatewayFault.CONFIG_WRONG, detail)

    def is_object(self, value: object, place: Place, fields: frozenset[str]) -> bool:
        """Return whether it is an object; note the fields that nobody reads."""
        if not isinstance(value, dict):
            self.wrong(place, "must be an object")
            return False
        for name in value.keys() - fields:
            self.wrong((*place, name), "there is no such field")
        return True
