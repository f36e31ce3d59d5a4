"""The audit log's entries in words."""

from datetime import datetime
from typing import Any

from django import template

from notification_service.audit.models import Entry
from notification_service.console.audit import labels as audit_labels
from notification_service.console.parts.tags import moment

register = template.Library()
register.filter("action_of", audit_labels.action)
register.filter("actor_of", audit_labels.actor)
register.filter("object_of", audit_labels.what)
register.filter("source_of", audit_labels.source)
register.filter("field_word", audit_labels.field)


@register.filter
def object_kind_of(entry: Entry) -> str:
    return str(audit_labels.OBJECT.get(entry.object_kind, entry.object_kind))


@register.filter
def changed_of(entry: Entry) -> str:
    return ", ".join(map(audit_labels.field, [*entry.changes, *entry.facts.get("fields", [])]))


@register.simple_tag
def audit_value(name: str, value: Any) -> str:
    """Return a time in the operator's zone; everything else as it is stored."""
    if name.endswith("_at") and isinstance(value, str):
        return moment(datetime.fromisoformat(value))
    return audit_labels.value(value)
