"""The menu of placeholders: the attributes that the audience has, and how many of its clients lack each."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from notification_service.console.compose.forms import MailingForm
from notification_service.mailings.missing_values import count_lacking
from notification_service.mailings.models import Mailing
from notification_service.mailings.personal_text import OF_EVERY_CLIENT, is_name
from notification_service.mailings.reach import audience_of
from notification_service.mailings.validation import AUDIENCE

LOOKED_AT = 1_000  # of the audience, for the names
MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class OfferedName:
    name: str
    lacking: int

    @property
    def code(self) -> str:
        return f"{{{{{self.name}}}}}"


@require_POST
def menu(request: HttpRequest) -> HttpResponse:
    """For everyone, while the form does not say yet whom it is for."""
    form = MailingForm(request.POST)
    fields = form.fields_of_mailing() if form.is_ready_to_count() else {}
    names = offered_names({name: fields[name] for name in AUDIENCE & fields.keys()})
    return render(request, "console/compose/placeholders.html", {"names": names})


def offered_names(audience: dict[str, Any]) -> list[OfferedName]:
    """Return the names that most clients have first, and then those that every client has."""
    clients = audience_of(Mailing(**audience))
    seen: Counter[str] = Counter()
    for attributes in clients.order_by("id").values_list("attributes", flat=True)[:LOOKED_AT]:
        seen.update(name for name in attributes if is_name(name))
    names = [name for name, _ in seen.most_common(MOST_SHOWN) if name not in OF_EVERY_CLIENT]
    lacking = count_lacking(clients, [*names, *OF_EVERY_CLIENT])
    return [OfferedName(name, lacking[name]) for name in [*names, *OF_EVERY_CLIENT]]
