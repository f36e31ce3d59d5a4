"""The rows of a form after a click in them. Nothing is kept here: the form carries them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from notification_service.console.filters.builder import built_from, clicked, focus_after
from notification_service.console.filters.form import FilterForm


@require_POST
def rows(request: HttpRequest) -> HttpResponse:
    click, field = request.POST.get("rows", ""), request.headers.get("HX-Trigger-Name") or ""
    form = FilterForm(request.POST)
    form.posted = clicked(built_from(request.POST), click=click, field=field)
    context = {"form": form, "focus": focus_after(click, form.posted), **_kept(click, field)}
    answer = render(request, "console/filters/builder.html", context)
    answer["HX-Trigger-After-Swap"] = "preview"
    return answer


def _kept(click: str, field: str) -> dict[str, object]:
    """What is being typed stays, unless its row may have moved, or now takes another kind of value."""
    name, _, part = field.rpartition("-")
    is_fresh = not click and part in ("field", "kind")
    is_in_place = bool(click or field) and not click.startswith(("drop", "own"))
    return {"keeps": is_in_place, "fresh": name if is_fresh else ""}
