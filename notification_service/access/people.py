"""What an administrator can change about people, with the entries in the audit log."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, User
from django.db import transaction

from notification_service.access.roles import role_name
from notification_service.access.sign_in import lockout
from notification_service.audit.actions import Action
from notification_service.audit.log import record


@transaction.atomic
def save_person(person: User, values: dict[str, Any]) -> None:
    """Add a person or change one. `values`: full_name, is_active; password and role, if not empty."""
    before = _audited_fields(person) if person.pk else {}
    person.first_name = values["full_name"]
    person.is_active = values["is_active"]
    person.is_staff = True  # the login requires it; the role says what the person may do
    if values["password"]:
        person.set_password(values["password"])
    person.save()
    if values["role"]:
        person.groups.set([Group.objects.get(name=values["role"])])
    _record_saved(person, before, password="replaced" if values["password"] and before else "")


@transaction.atomic
def unlock(person: User) -> None:
    lockout.unlock(person.username)
    _record(Action.PERSON_UNLOCKED, person)


@transaction.atomic
def remove_second_factor(person: User) -> None:
    removed, _ = Authenticator.objects.filter(user=person).delete()
    if removed:
        _record(Action.SECOND_FACTOR_REMOVED, person)


def _audited_fields(person: User) -> dict[str, Any]:
    return {"full_name": person.first_name, "may_log_in": person.is_active, "role": role_name(person)}


def _record_saved(person: User, before: dict[str, Any], *, password: str) -> None:
    after = _audited_fields(person)
    changes = {name: (before.get(name), after[name]) for name in after if before.get(name) != after[name]}
    if changes or password:
        action = Action.PERSON_CHANGED if before else Action.PERSON_CREATED
        _record(action, person, changes=changes, password=password)


def _record(action: Action, person: User, **about: Any) -> None:
    record(action, object_id=person.pk, object_name=person.username, **about)
