from typing import Any

from django.urls import path, re_path, register_converter

from notification_service.api.values import RowId
from notification_service.api.views.audit import AuditViewSet
from notification_service.api.views.client_import import ClientImportView
from notification_service.api.views.clients import ClientViewSet
from notification_service.api.views.errors import unknown_url
from notification_service.api.views.gateways import GatewayViewSet
from notification_service.api.views.mailings import MailingViewSet
from notification_service.api.views.messages import MessageViewSet
from notification_service.api.views.root import RootViewSet
from notification_service.api.views.statistics import StatisticsViewSet

Actions = dict[str, Any]

register_converter(RowId, "id")

ROWS: Actions = {"get": "list", "post": "create"}
ROW: Actions = {"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"}
CHANGEABLE_ROW: Actions = {name: ROW[name] for name in ("get", "patch", "delete")}

urlpatterns = [
    path("", RootViewSet.as_view({"get": "entry"}), name="root"),
    path("audit/", AuditViewSet.as_view({"get": "list"}), name="audit"),
    path("audit/<id:pk>/", AuditViewSet.as_view({"get": "retrieve"}), name="audit-entry"),
    path("clients/", ClientViewSet.as_view(ROWS), name="clients"),
    path("clients/import/", ClientImportView.as_view(), name="client-import"),
    path("clients/<id:pk>/", ClientViewSet.as_view(ROW), name="client"),
    path("gateways/", GatewayViewSet.as_view(ROWS), name="gateways"),
    path("gateways/<id:pk>/", GatewayViewSet.as_view(CHANGEABLE_ROW), name="gateway"),
    path("mailings/", MailingViewSet.as_view(ROWS), name="mailings"),
    path("mailings/audience/", MailingViewSet.as_view({"post": "audience"}), name="audience"),
    path("mailings/fullinfo/", StatisticsViewSet.as_view({"get": "fullinfo"}), name="fullinfo"),
    path("mailings/<id:pk>/", MailingViewSet.as_view(ROW), name="mailing"),
    path("mailings/<id:pk>/info/", StatisticsViewSet.as_view({"get": "mailing_info"}), name="mailing-info"),
    path("mailings/<id:pk>/pause/", MailingViewSet.as_view({"post": "pause"}), name="pause"),
    path("mailings/<id:pk>/resume/", MailingViewSet.as_view({"post": "resume"}), name="resume"),
    path("mailings/<id:pk>/cancel/", MailingViewSet.as_view({"post": "cancel"}), name="cancel"),
    path("messages/", MessageViewSet.as_view({"get": "list"}), name="messages"),
    path("messages/<id:pk>/", MessageViewSet.as_view({"get": "retrieve"}), name="message"),
    # Else the console, which has the root, would send the caller to its login page.
    re_path("", unknown_url),
]
