"""Who may log in, and in which role."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from notification_service.access import people
from notification_service.access.roles import ADMINISTRATOR, VIEWER, role_name
from notification_service.access.sign_in.lockout import locked_names
from notification_service.console.parts import labels
from notification_service.console.parts.page import show
from notification_service.console.people.forms import NewPersonForm, PersonForm


def people_list(request: HttpRequest) -> HttpResponse:
    locked = locked_names()
    rows = [
        (person, _role(person), locked.get(person.username))
        for person in _people(request).order_by("username")
    ]
    return show(request, "people/list.html", title=_("People"), section="people", people=rows)


def create(request: HttpRequest) -> HttpResponse:
    form = NewPersonForm(request.POST or None, initial={"role": VIEWER})
    if request.method == "POST" and form.is_valid():
        people.save_person(User(username=form.cleaned_data["username"]), form.cleaned_data)
        messages.success(request, _("“%(name)s” has been added.") % {"name": form.cleaned_data["username"]})
        return redirect("console:people")
    return _page(request, form, title=_("Add a person"))


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(_people(request), pk=pk)
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
    has_second_factor = Authenticator.objects.filter(user=person).exists()
    return _page(request, form, title=person.username, person=person, has_second_factor=has_second_factor)


@require_POST
def unlock(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(_people(request), pk=pk)
    people.unlock(person)
    messages.success(request, _("“%(name)s” can log in again.") % {"name": person.username})
    return redirect("console:people")


@require_POST
def remove_second_factor(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(_people(request), pk=pk)
    people.remove_second_factor(person)
    messages.success(request, _("“%(name)s” has been saved.") % {"name": person.username})
    return redirect("console:person", pk)


def _people(request: HttpRequest) -> QuerySet[User]:
    """An administrator who is not a superuser must not take over a superuser's account."""
    everyone = User.objects.prefetch_related("groups")
    return everyone if request.user.is_superuser else everyone.filter(is_superuser=False)


def _role(person: User) -> str:
    role = ADMINISTRATOR if person.is_superuser else role_name(person)
    return str(labels.ROLE[role]) if role else "–"


def _page(request: HttpRequest, form: Any, *, title: str, **context: Any) -> HttpResponse:
    code = 422 if form.errors else 200
    return show(request, "people/form.html", title=title, section="people", code=code, form=form, **context)
