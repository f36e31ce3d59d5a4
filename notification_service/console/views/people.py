"""Who may log in, and in which role."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from notification_service.console import words
from notification_service.console.person_form import NewPersonForm, PersonForm
from notification_service.console.roles import ROLES, VIEWER
from notification_service.console.sign_in.lockout import locked_until
from notification_service.console.sign_in.lockout import unlock as unlock_name
from notification_service.console.views.page import show


def people_list(request: HttpRequest) -> HttpResponse:
    locked = locked_until()
    people = [
        (person, _role(person), locked.get(person.username))
        for person in _people(request).order_by("username")
    ]
    return show(request, "people.html", title=_("People"), section="people", people=people)


def create(request: HttpRequest) -> HttpResponse:
    form = NewPersonForm(request.POST or None, initial={"role": VIEWER})
    if request.method == "POST" and form.is_valid():
        _save(User(username=form.cleaned_data["username"]), form.cleaned_data)
        messages.success(request, _("“%(name)s” may log in now.") % {"name": form.cleaned_data["username"]})
        return redirect("console:people")
    return _page(request, form, title=_("New person"))


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(_people(request), pk=pk)
    names = [group.name for group in person.groups.all()]
    role = next((role for role in reversed(ROLES) if role in names), "")
    initial = {"full_name": person.first_name, "is_active": person.is_active, "role": role}
    form = PersonForm(request.POST or None, initial=initial, is_self=person == request.user)
    if request.method == "POST" and form.is_valid():
        _save(person, form.cleaned_data)
        messages.success(request, _("“%(name)s” is changed.") % {"name": person.username})
        return redirect("console:people")
    has_second_factor = Authenticator.objects.filter(user=person).exists()
    return _page(request, form, title=person.username, person=person, has_second_factor=has_second_factor)


@require_POST
def unlock(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(_people(request), pk=pk)
    unlock_name(person.username)
    messages.success(request, _("“%(name)s” may log in now.") % {"name": person.username})
    return redirect("console:people")


@require_POST
def remove_second_factor(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(_people(request), pk=pk)
    Authenticator.objects.filter(user=person).delete()
    messages.success(request, _("“%(name)s” is changed.") % {"name": person.username})
    return redirect("console:person", pk)


@transaction.atomic
def _save(person: User, values: dict[str, Any]) -> None:
    person.first_name = values["full_name"]
    person.is_active = values["is_active"]
    person.is_staff = True  # the login asks for it; what one may do, the role says
    if values["password"]:
        person.set_password(values["password"])
    person.save()
    if values["role"]:
        person.groups.set([Group.objects.get(name=values["role"])])


def _people(request: HttpRequest) -> QuerySet[User]:
    """Whoever rules, but is no superuser, must not take a superuser's account over."""
    people = User.objects.prefetch_related("groups")
    return people if request.user.is_superuser else people.filter(is_superuser=False)


def _role(person: User) -> str:
    names = [group.name for group in person.groups.all()]
    role = next((role for role in reversed(ROLES) if role in names), "")
    return (
        str(words.ROLE["administrator" if person.is_superuser else role])
        if role or person.is_superuser
        else "–"
    )


def _page(request: HttpRequest, form: Any, *, title: str, **context: Any) -> HttpResponse:
    code = 422 if form.errors else 200
    return show(request, "person.html", title=title, section="people", code=code, form=form, **context)
