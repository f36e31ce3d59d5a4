"""The parts of a filter that the form carries as JSON: a condition, a segment, who is left out."""

import json
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from notification_service.console.parts.tag_list import written_tags
from notification_service.directory import strict_json
from notification_service.directory.filters import ClientFilter, InvalidFilter, read_filter
from notification_service.mailings.matching import check_filter
from notification_service.mailings.models import Mailing

PARTS = ("where", "segment", "exclude")
LENGTH = 1024 * 1024


class FilterPart(forms.CharField):
    def __init__(self, *, label: Any) -> None:
        super().__init__(
            label=label, required=False, max_length=LENGTH, strip=False, widget=forms.HiddenInput
        )


def filter_values(mailing: Mailing) -> dict[str, Any]:
    """Return the filter of a mailing as the values of a form."""
    return {
        "operator_codes": ", ".join(mailing.operator_codes),
        "tags": written_tags(tag for tag in mailing.tags if tag),
        "untagged": "" in mailing.tags,
        "outcome_of_mailing": mailing.outcome_of_mailing,
        "outcome_of_statuses": ",".join(mailing.outcome_of_statuses),
        **_written_parts(mailing),
    }


def _written_parts(mailing: Mailing) -> dict[str, str]:
    """Return the parts as the form carries them."""
    written = {name: getattr(mailing, name) for name in PARTS}
    return {
        name: part if isinstance(part, str) else json.dumps(part, ensure_ascii=False) if part else ""
        for name, part in written.items()
    }


def read_parts(values: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """Return the columns of a mailing, and what is wrong with them, in words; empty if nothing is."""
    try:
        found = read_filter(_given(values))
    except (ValueError, RecursionError):
        return {}, _("It is not clear who gets it. Start again from the mailing that you copied.")
    return _columns(found), _missing(found)


def shown_parts(values: dict[str, Any]) -> dict[str, Any]:
    """Return the parts that can be understood."""
    parts, problem = read_parts(values)
    return {name: part for name, part in parts.items() if part} if not problem else {}


def _given(values: dict[str, Any]) -> dict[str, Any]:
    written = {name: values.get(name) for name in PARTS}
    return {
        name: part if name == "segment" else strict_json.parse(part) for name, part in written.items() if part
    }


def _columns(found: ClientFilter) -> dict[str, Any]:
    written = found.as_json()
    return {"where": written.get("where"), "segment": found.segment or "", "exclude": written.get("exclude")}


def _missing(found: ClientFilter) -> str:
    try:
        check_filter(found)
    except InvalidFilter:
        return _("A segment or a mailing that decides who gets it no longer exists.")
    return ""
