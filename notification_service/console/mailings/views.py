from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from notification_service.console.mailings.state import states
from notification_service.console.parts import labels
from notification_service.console.parts.page import show
from notification_service.console.parts.paging import page_by_id, whole_number
from notification_service.directory.rules import composed
from notification_service.mailings import stats
from notification_service.mailings.models import Mailing

PAGE_ROWS = 25


def mailing_list(request: HttpRequest) -> HttpResponse:
    return show(request, "mailings/list.html", title=_("Mailings"), section="mailings", **_listed(request))


def live(request: HttpRequest) -> HttpResponse:
    return render(request, "console/mailings/list_live.html", _listed(request))


def _listed(request: HttpRequest) -> dict[str, Any]:
    page = page_by_id(request, mailings_wanted(request), rows=PAGE_ROWS)
    rows = states(page.rows)
    counts = stats.overall_counts()["mailings"]
    return {
        "page": page,
        "rows": rows,
        "total": counts["total"],
        "filters": [(s, word, counts[s]) for s, word in labels.MAILING_STATUS.items()],
        "status": request.GET.get("status", ""),
        "q": request.GET.get("q", ""),
        "seconds": 2 if any(row.moves for row in rows) else 30,
    }


def mailings_wanted(request: HttpRequest) -> QuerySet[Mailing]:
    """Return the mailings that pass the list's filters."""
    mailings = Mailing.objects.alive()
    if (status := request.GET.get("status")) in labels.MAILING_STATUS:
        mailings = mailings.filter(status=status)
    return mailings_found(mailings, request.GET.get("q", "").strip())


def mailings_found(mailings: QuerySet[Mailing], words_or_id: str) -> QuerySet[Mailing]:
    text = composed(words_or_id.replace("\0", ""))
    if not text:
        return mailings
    by_text = Q(name__icontains=text) | Q(text__icontains=text)
    number = whole_number(text.removeprefix("#"))
    return mailings.filter(by_text if number is None else by_text | Q(pk=number))
