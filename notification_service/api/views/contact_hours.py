from typing import Any

from django.http import JsonResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from notification_service.access.permissions import CONTACT_HOURS
from notification_service.api.serializers.hours import SendWindowField
from notification_service.api.views.base import ApiViewSet
from notification_service.mailings import contact_hours

HOURS = SendWindowField()
SHOWN = {"oneOf": [HOURS.response_schema(), {"type": "null"}]}
TAKEN = {"application/json": {"oneOf": [HOURS.json_schema(), {"type": "null"}]}}


class ContactHoursViewSet(ApiViewSet):
    needs = CONTACT_HOURS

    @extend_schema(
        summary="Show the contact hours",
        description="The hours that every mailing is held to beside its own `send_window`; null where there "
        "are none.",
        operation_id="contact_hours_retrieve",
        responses={200: SHOWN},
    )
    def retrieve(self, _request: Request) -> JsonResponse:
        return _shown()

    @extend_schema(
        summary="Set the contact hours",
        description="For administrators. Within a second they apply to what is unsent of every mailing that "
        "does not ignore them; null removes them.",
        operation_id="contact_hours_update",
        request=TAKEN,
        responses={200: SHOWN},
    )
    def update(self, request: Request) -> JsonResponse:
        values: dict[str, Any] = HOURS.run_validation(request.data)
        contact_hours.set_contact_hours(**values)
        return _shown()


def _shown() -> JsonResponse:
    """By Django: REST framework writes nothing at all for null."""
    row = contact_hours.contact_hours()
    return JsonResponse(row and HOURS.to_representation(row), safe=False)
