"""The only writer of templates: each change of one makes a version, and every version stays readable."""

from typing import Any

import structlog
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from notification_service.audit.actions import Action
from notification_service.audit.log import record
from notification_service.directory.versions import Versions, check_version
from notification_service.mailings.models import Template, TemplateVersion

FIELDS = ("name", "text")

log = structlog.get_logger(__name__)


class TemplateNameTaken(Exception):  # noqa: N818
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.detail = "There is a template of this name."
        self.existing = Template.objects.filter(name=name).first()


def create_template(*, name: str, text: str) -> Template:
    """Raises TemplateNameTaken."""
    return _save(None, {"name": name, "text": text}, None)


def update_template(template_id: int, *, expected: Versions = None, **changes: str) -> Template:
    """Change `name`, `text` or both. What equals the present value makes no version.

    Raises Template.DoesNotExist, TemplateNameTaken, and Stale if it has none of the `expected` versions.
    """
    return _save(template_id, changes, expected)


@transaction.atomic
def delete_template(template_id: int, *, expected: Versions = None) -> None:
    """Delete it with its versions; mailings keep their own copies. Raises Template.DoesNotExist, Stale."""
    template = Template.objects.select_for_update().get(pk=template_id)
    check_version(template, expected)
    template.delete()
    record(Action.TEMPLATE_DELETED, object_id=template_id, object_name=template.name)
    log.info("template deleted", template_id=template_id)


def _save(template_id: int | None, changes: dict[str, str], expected: Versions) -> Template:
    try:
        with transaction.atomic():
            return _save_version(template_id, changes, expected)
    except IntegrityError:
        raise TemplateNameTaken(changes["name"]) from None


def _save_version(template_id: int | None, changes: dict[str, str], expected: Versions) -> Template:
    template = _locked(template_id)
    difference: dict[str, Any] = {
        name: (getattr(template, name) or None, value)
        for name, value in changes.items()
        if getattr(template, name) != value
    }
    if template_id and not difference:
        return template
    if template_id:
        check_version(template, expected)
    for name, (_, value) in difference.items():
        setattr(template, name, value)
    template.number += 1
    template.updated_at = Now()
    template.save()
    template.refresh_from_db()
    TemplateVersion.objects.create(
        template=template, number=template.number, name=template.name, text=template.text
    )
    action = Action.TEMPLATE_CHANGED if template_id else Action.TEMPLATE_CREATED
    record(action, object_id=template.pk, object_name=template.name, changes=difference)
    log.info("template saved", template_id=template.pk, version=template.number)
    return template


def _locked(template_id: int | None) -> Template:
    if template_id is None:
        return Template(number=0)
    return Template.objects.select_for_update().get(pk=template_id)
