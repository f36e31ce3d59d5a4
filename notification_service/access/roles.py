"""Who may do what: three groups of Django's own permissions, so that whoever asks them gets one answer."""

from typing import Any

from django.contrib.auth.models import User

from notification_service import environment

VIEWER, OPERATOR, ADMINISTRATOR = ROLES = environment.ROLES

_LOOK = {
    "directory": {"client": ["view"]},
    "mailings": {"mailing": ["view"], "message": ["view"], "gateway": ["view"]},
}
_WRITE = {
    "directory": {"client": ["add", "change", "delete"]},
    "mailings": {"mailing": ["add", "change", "delete"]},
}
_RULE = {
    "mailings": {"gateway": ["add", "change", "delete"]},
    "auth": {"user": ["view", "add", "change", "delete"], "group": ["view"]},
    "access": {"apikey": ["view", "add", "change", "delete"]},
    "audit": {"entry": ["view"]},
}
_GRANTS = {VIEWER: [_LOOK], OPERATOR: [_LOOK, _WRITE], ADMINISTRATOR: [_LOOK, _WRITE, _RULE]}


def create_roles(apps: Any) -> None:
    """Make the groups, or mend them; `apps` is a registry of models, a migration's or the real one.

    Django writes its permissions after the last migration; here they are made first, under the same names.
    """
    group_model = apps.get_model("auth", "Group")
    for role in ROLES:
        group, _ = group_model.objects.get_or_create(name=role)
        group.permissions.add(*[_permission(apps, *grant) for grant in _grants_of(role)])


def role_name(person: User) -> str:
    """The highest of the person's roles; empty where there is none."""
    names = {group.name for group in person.groups.all()}
    return next((role for role in reversed(ROLES) if role in names), "")


def _grants_of(role: str) -> list[tuple[str, str, str]]:
    return [
        (app, model, action)
        for grants in _GRANTS[role]
        for app, models in grants.items()
        for model, actions in models.items()
        for action in actions
    ]


def _permission(apps: Any, app: str, model: str, action: str) -> Any:
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label=app, model=model
    )
    name = str(apps.get_model(app, model)._meta.verbose_name)
    permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=content_type,
        codename=f"{action}_{model}",
        defaults={"name": f"Can {action} {name}"},
    )
    return permission
