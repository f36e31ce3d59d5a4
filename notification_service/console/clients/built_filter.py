"""The conditions of the list of clients, built as those of a mailing, and kept in the address of the list."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from notification_service.access.phones import sees_whole_phones
from notification_service.console.filters.form import FilterForm
from notification_service.console.filters.written_parts import filter_values
from notification_service.directory import strict_json
from notification_service.directory.filters import InvalidFilter, read_filter
from notification_service.mailings.matching import check_filter, columns_of, filter_of
from notification_service.mailings.models import Mailing

NAME = "filter"
MOST_CHARACTERS = 6_000  # of an address, which servers and browsers take
NOBODY = {"segment": ""}  # no segment has such a name


@dataclass(frozen=True, slots=True)
class BuiltFilter:
    """`written` is the filter as JSON, empty for everybody; `fault` says why nobody matches."""

    written: dict[str, Any]
    fault: str = ""


def built_filter(request: HttpRequest) -> BuiltFilter:
    text = request.GET.get(NAME, "")
    if not text:
        return BuiltFilter({})
    try:
        found = read_filter(strict_json.parse(text[:MOST_CHARACTERS]))
        check_filter(found)
    except InvalidFilter:
        return BuiltFilter(NOBODY, _("A segment or a mailing that the list depends on no longer exists."))
    except (ValueError, RecursionError):
        return BuiltFilter(NOBODY, _("It is not clear which clients to show. Set the conditions again."))
    if any(each.field == "phone" for place, each in found.comparisons()) and not sees_whole_phones(
        request.user
    ):
        return BuiltFilter(NOBODY, _("Conditions on phones are for those who may see whole phones."))
    return BuiltFilter(found.as_json())


def form_of(built: BuiltFilter) -> FilterForm:
    found = read_filter({} if built.fault else built.written)
    return FilterForm(initial=filter_values(Mailing(**columns_of(found))))


def chosen(form: FilterForm) -> HttpResponse | None:
    """Show the clients that the form means; None if it says why it cannot."""
    if not form.is_valid():
        return None
    written = filter_of(Mailing(**form.filter_columns())).as_json()
    if not written:
        return redirect("console:clients")
    query = quote(json.dumps(written, ensure_ascii=False, separators=(",", ":")), safe="")
    if len(query) > MOST_CHARACTERS:
        form.add_error(None, _("These are too many conditions for an address. Save them as a segment first."))
        return None
    return redirect(f"{reverse('console:clients')}?{NAME}={query}")
