from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notification_service.console.gateways import labels as gateway_labels
from notification_service.console.parts import labels
from notification_service.mailings.gateways import State
from notification_service.mailings.models import Gateway, GatewayIncident

register = template.Library()


@register.inclusion_tag("console/parts/status.html")
def gateway_state(state: str) -> dict[str, Any]:
    word, shape, colour = gateway_labels.STATE[State(state)]
    return {"status": colour, "word": word, "shape": shape}


@register.simple_tag
def gateway_kind(kind: str) -> str:
    return str(gateway_labels.KIND.get(kind, kind))  # type: ignore[call-overload]


@register.simple_tag
def gateway_problem(problem: str) -> str:
    return str(gateway_labels.PROBLEM.get(problem, ""))  # type: ignore[call-overload]


@register.simple_tag
def gateway_advice(gateway: Gateway) -> str:
    return gateway_labels.advice(gateway)


@register.simple_tag
def incident_span(incident: GatewayIncident) -> str:
    """From when to when it was held, and how often where that is more than once."""
    began = labels.when(incident.began_at)
    ended = labels.when(incident.ended_at) if incident.ended_at else _("now")
    span = _("from %(began)s to %(ended)s") % {"began": began, "ended": ended}
    if incident.holds < 2:
        return span
    times = ngettext("paused %(number)s time", "paused %(number)s times", incident.holds)
    return f"{span}, {times % {'number': labels.number(incident.holds)}}"


@register.simple_tag
def lasted(incident: GatewayIncident) -> str:
    return labels.duration(((incident.ended_at or timezone.now()) - incident.began_at).total_seconds())
