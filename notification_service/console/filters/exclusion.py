"""Who is left out, as a person builds it: rows, a segment, what became of messages of one mailing; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

from notification_service.console.filters.posted import read_rows
from notification_service.console.filters.rows import Fault, Place, Rows, rows_of, written
from notification_service.console.parts.paging import whole_number
from notification_service.directory.filters import ClientFilter
from notification_service.directory.filters.filter import NOT_REACHED

PART = "not"
DID_NOT_GET_IT = ",".join(NOT_REACHED)


@dataclass(frozen=True, slots=True)
class Exclusion:
    rows: Rows = field(default_factory=Rows)
    segment: str = ""
    mailing: str = ""  # its id; empty: of none
    statuses: str = DID_NOT_GET_IT


def exclusion_of(found: ClientFilter | None, *, zone: tzinfo) -> Exclusion | None:
    """Return None if it says more than the form has fields for."""
    if found is None:
        return Exclusion()
    rows = rows_of(found.where, zone=zone)
    if rows is None or found.operator_codes or found.tags:
        return None
    if (outcome := found.outcome_of) is None:
        return Exclusion(rows, found.segment or "")
    return Exclusion(rows, found.segment or "", str(outcome.mailing), ",".join(outcome.statuses))


def read_exclusion(posted: Mapping[str, str]) -> Exclusion:
    segment, mailing, statuses = (
        posted.get(f"{PART}-{name}", "") for name in ("segment", "mailing", "statuses")
    )
    number = whole_number(mailing)
    return Exclusion(
        read_rows(posted, PART), segment, str(number) if number else "", statuses or DID_NOT_GET_IT
    )


def excluded(exclusion: Exclusion, *, zone: tzinfo) -> tuple[dict[str, Any] | None, dict[Place, Fault]]:
    """Return it as JSON, None where nobody is left out, and what is wrong with which row."""
    where, faults = written(exclusion.rows, zone=zone)
    outcome = None
    if exclusion.mailing:
        outcome = {"mailing": int(exclusion.mailing), "statuses": exclusion.statuses.split(",")}
    parts = {"where": where, "segment": exclusion.segment, "outcome_of": outcome}
    return {name: part for name, part in parts.items() if part} or None, faults
