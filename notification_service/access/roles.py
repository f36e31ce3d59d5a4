"""The roles as Django has them: groups with what the table of permissions gives them."""

from typing import Any

from django.contrib.auth.models import User

from notification_service.access.permissions import ADMINISTRATOR, OF_ROLE, OPERATOR, ROLES, VIEWER

__all__ = ["ADMINISTRATOR", "OPERATOR", "ROLES", "VIEWER", "create_roles", "effective_role", "role_name"]


def create_roles(apps: Any) -> None:
    """Make the groups, or correct them. `apps` is a registry of models: a migration's, or the real one.

    Django writes its permissions after the last migration; here they are made before, under the same names.
    """
    group_model = apps.get_model("auth", "Group")
    for role in ROLES:
        group, _ = group_model.objects.get_or_create(name=role)
        names = [name for name in sorted(OF_ROLE[role]) if _is_made(apps, name)]
        group.permissions.add(*[_permission(apps, name) for name in names])


def role_name(person: User) -> str:
    """Return the highest of the person's roles; empty if there is none."""
    names = {group.name for group in person.groups.all()}
    return next((role for role in reversed(ROLES) if role in names), "")


def effective_role(person: User) -> str:
    """Return what the person's permissions amount to: a superuser has them all."""
    return ADMINISTRATOR if person.is_superuser else role_name(person)


def _is_made(apps: Any, full_name: str) -> bool:
    """A later migration may make the model; then one after it gives the permission."""
    app, _, codename = full_name.partition(".")
    return codename.partition("_")[2] in apps.all_models[app]


def _permission(apps: Any, full_name: str) -> Any:
    app, _, codename = full_name.partition(".")
    action, _, model = codename.partition("_")
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label=app, model=model
    )
    name = str(apps.get_model(app, model)._meta.verbose_name)
    permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=content_type,
        codename=codename,
        defaults={"name": f"Can {action} {name}"},
    )
    return permission
