"""What an administrator can change about people, with the entries in the audit log."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from notification_service.access.roles import role_name
from notification_service.access.sign_in import lockout
from notification_service.audit.actions import Action
from notification_service.audit.log import record
from notification_service.mailings.advisory_locks import lock_until_commit


class UsernameTaken(Exception):  # noqa: N818
    def __init__(self, existing: User) -> None:
        super().__init__("Someone has this name already.")
        self.existing = existing


class OwnAccess(Exception):  # noqa: N818
    """People cannot lock themselves out. `field` is what they would have changed."""

    def __init__(self, field: str) -> None:
        super().__init__("Nobody changes this of themselves: another administrator can.")
        self.field = field


def people_for(who: Any) -> QuerySet[Any]:
    """An administrator who is not a superuser must not take over a superuser's account; nor may a key."""
    factors = Authenticator.objects.filter(user=OuterRef("pk"))
    everyone = User.objects.prefetch_related("groups").annotate(has_second_factor=Exists(factors))
    return everyone if getattr(who, "is_superuser", False) else everyone.filter(is_superuser=False)


@transaction.atomic
def add_person(*, username: str, **values: Any) -> User:
    """`values` are those of `save_person`. Raises UsernameTaken."""
    lock_until_commit(f"username {username.lower()}")  # two at once may differ in the case of a letter
    if taken := User.objects.filter(username__iexact=username).first():
        raise UsernameTaken(taken)
    person = User(username=username)
    save_person(person, values)
    return person


@transaction.atomic
def change_person(pk: int, *, by: Any, **changes: Any) -> None:
    """Change what is given of a person whom `by` may change. Raises OwnAccess, User.DoesNotExist."""
    person = people_for(by).select_for_update(of=("self",)).get(pk=pk)
    is_now = {"full_name": person.first_name, "is_active": person.is_active, "role": role_name(person)}
    for field in ("role", "is_active") if person == by else ():
        if changes.get(field, is_now[field]) != is_now[field]:
            raise OwnAccess(field)
    save_person(person, {**is_now, "password": "", **changes})


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
