"""Who may log in, and in which role."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from notification_service.access import people
from notification_service.access.people import people_for
from notification_service.access.roles import VIEWER, effective_role, role_name
from notification_service.access.sign_in.lockout import locked_names
from notification_service.console.parts import labels
from notification_service.console.parts.page import show
from notification_service.console.people.forms import NewPersonForm, PersonForm


def people_list(request: HttpRequest) -> HttpResponse:
    locked = locked_names()
    rows = [
        (person, _role(person), locked.get(person.username))
        for person in people_for(request.user).order_by("username")
    ]
    return show(request, "people/list.html", title=_("People"), section="people", people=rows)


def create(request: HttpRequest) -> HttpResponse:
    form = NewPersonForm(request.POST or None, initial={"role": VIEWER})
    if request.method == "POST" and form.is_valid() and _added(form):
        messages.success(request, _("“%(name)s” has been added.") % {"name": form.cleaned_data["username"]})
        return redirect("console:people")
    return _page(request, form, title=_("Add a person"))


def _added(form: NewPersonForm) -> bool:
    try:
        people.add_person(**form.cleaned_data)
    except people.UsernameTaken:  # since the form looked
        form.add_error("username", _("Someone has this name already."))
        return False
    return True


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(people_for(request.user), pk=pk)
    initial = {
        "full_name": person.first_name,
        "is_active": person.is_active,
        "role": role_name(person),
    }
    form = PersonForm(request.POST or None, initial=initial, is_self=person == request.user)
    if request.method == "POST" and form.is_valid():
        people.save_person(person, form.cleaned_data)
        messages.success(request, _("“%(name)s” has been saved.") % {"name": person.username})
        return redirect("console:people")
    return _page(
        request,
        form,
        title=person.username,
        person=person,
        has_second_factor=person.has_second_factor,
    )


@require_POST
def unlock(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(people_for(request.user), pk=pk)
    people.unlock(person)
    messages.success(request, _("“%(name)s” can log in again.") % {"name": person.username})
    return redirect("console:people")


@require_POST
def remove_second_factor(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(people_for(request.user), pk=pk)
    people.remove_second_factor(person)
    messages.success(request, _("“%(name)s” has been saved.") % {"name": person.username})
    return redirect("console:person", pk)


def _role(person: User) -> str:
    role = effective_role(person)
    return str(labels.ROLE[role]) if role else "–"


def _page(request: HttpRequest, form: Any, *, title: str, **context: Any) -> HttpResponse:
    code = 422 if form.errors else 200
    return show(request, "people/form.html", title=title, section="people", code=code, form=form, **context)
