from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from notification_service.access.permissions import STATISTICS
from notification_service.api.openapi.root import root_docs
from notification_service.api.views.base import ApiViewSet

PLACES = ("clients", "mailings", "messages", "gateways", "audit", "fullinfo", "docs", "redoc", "openapi")


class RootViewSet(ApiViewSet):
    needs = STATISTICS

    @root_docs
    def entry(self, request: Request) -> Response:
        return Response({name: reverse(name, request=request) for name in PLACES})

    def get_view_name(self) -> str:
        return "Notification service"
