from typing import Any

from django import template

from notification_service.console.gateways import labels
from notification_service.mailings.gateways import State
from notification_service.mailings.models import Gateway

register = template.Library()


@register.inclusion_tag("console/parts/status.html")
def gateway_state(state: str) -> dict[str, Any]:
    word, shape, colour = labels.STATE[State(state)]
    return {"status": colour, "word": word, "shape": shape}


@register.simple_tag
def gateway_kind(kind: str) -> str:
    return str(labels.KIND.get(kind, kind))  # type: ignore[call-overload]


@register.simple_tag
def gateway_problem(problem: str) -> str:
    return str(labels.PROBLEM.get(problem, ""))  # type: ignore[call-overload]


@register.simple_tag
def gateway_advice(gateway: Gateway) -> str:
    return labels.advice(gateway)
