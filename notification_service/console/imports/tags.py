from typing import Any

from django import template

from notification_service.console.imports import labels

register = template.Library()


@register.inclusion_tag("console/parts/status.html")
def import_status(status: str) -> dict[str, Any]:
    word, shape, colour = labels.STATUS[status]
    return {"status": colour, "word": word, "shape": shape}
