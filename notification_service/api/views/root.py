from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from notification_service.access.permissions import STATISTICS
from notification_service.api.views.base import ApiViewSet

ADDRESSES = {"type": "object", "additionalProperties": {"type": "string", "format": "uri"}}
PLACES = (
    *(
        "clients",
        "opt-outs",
        "consents",
        "mailings",
        "messages",
        "inbound",
        "segments",
        "gateways",
        "templates",
    ),
    *("contact-hours", "webhooks", "audit", "fullinfo", "docs", "redoc", "openapi"),
)


class RootViewSet(ApiViewSet):
    needs = STATISTICS

    @extend_schema(
        summary="Where things are",
        description="The addresses of the lists and of the documentation.",
        operation_id="api_root",
        tags=["api"],
        responses={200: ADDRESSES},
    )
    def entry(self, request: Request) -> Response:
        return Response({name: reverse(name, request=request) for name in PLACES})

    def get_view_name(self) -> str:
        return "Notification service"
