"""What an administrator does to people, with its entries in the audit log."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, User
from django.db import transaction

from notification_service.audit.actions import Action
from notification_service.audit.log import record
from notification_service.console.roles import ROLES
from notification_service.console.sign_in import lockout


@transaction.atomic
def save_person(person: User, values: dict[str, Any]) -> None:
    """Add the person, or change one. `values`: full_name, is_active; password and role, where not empty."""
    before = _told(person) if person.pk else {}
    person.first_name = values["full_name"]
    person.is_active = values["is_active"]
    person.is_staff = True  # the login asks for it; what one may do, the role says
    if values["password"]:
        person.set_password(values["password"])
    person.save()
    if values["role"]:
        person.groups.set([Group.objects.get(name=values["role"])])
    _tell_saved(person, before, password="replaced" if values["password"] and before else "")


@transaction.atomic
def unlock(person: User) -> None:
    lockout.unlock(person.username)
    _record(Action.PERSON_UNLOCKED, person)


@transaction.atomic
def remove_second_factor(person: User) -> None:
    removed, _ = Authenticator.objects.filter(user=person).delete()
    if removed:
        _record(Action.SECOND_FACTOR_REMOVED, person)


def role_name(person: User) -> str:
    """The highest of the person's roles; empty where there is none."""
    names = {group.name for group in person.groups.all()}
    return next((role for role in reversed(ROLES) if role in names), "")


def _told(person: User) -> dict[str, Any]:
    return {"full_name": person.first_name, "may_log_in": person.is_active, "role": role_name(person)}


def _tell_saved(person: User, before: dict[str, Any], *, password: str) -> None:
    after = _told(person)
    changes = {name: (before.get(name), after[name]) for name in after if before.get(name) != after[name]}
    if changes or password:
        action = Action.PERSON_CHANGED if before else Action.PERSON_CREATED
        _record(action, person, changes=changes, password=password)


def _record(action: Action, person: User, **about: Any) -> None:
    record(action, object_id=person.pk, object_name=person.username, **about)
