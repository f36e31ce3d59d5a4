from typing import Any

from django.urls import path, re_path, register_converter

from notification_service.api.values import RowId
from notification_service.api.views.audit import AuditViewSet
from notification_service.api.views.bulk_actions import BulkActionViewSet
from notification_service.api.views.client_import import ClientImportView
from notification_service.api.views.clients import ClientViewSet
from notification_service.api.views.contact_hours import ContactHoursViewSet
from notification_service.api.views.drafts import DraftViewSet
from notification_service.api.views.errors import unknown_url
from notification_service.api.views.gateways import GatewayViewSet
from notification_service.api.views.mailings import MailingViewSet
from notification_service.api.views.message_files import MessageFileViewSet
from notification_service.api.views.messages import MessageViewSet
from notification_service.api.views.preferences import (
    ConsentImportView,
    ConsentViewSet,
    OptOutImportView,
    OptOutViewSet,
)
from notification_service.api.views.root import RootViewSet
from notification_service.api.views.segments import SegmentViewSet
from notification_service.api.views.statistics import StatisticsViewSet
from notification_service.api.views.templates import TemplateViewSet

Actions = dict[str, Any]

register_converter(RowId, "id")

ROWS: Actions = {"get": "list", "post": "create"}
ROW: Actions = {"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"}
ONE: Actions = {"get": "retrieve", "put": "update"}
CHANGEABLE_ROW: Actions = {name: ROW[name] for name in ("get", "patch", "delete")}
KEPT_ROW: Actions = {name: ROW[name] for name in ("get", "delete")}

urlpatterns = [
    path("", RootViewSet.as_view({"get": "entry"}), name="root"),
    path("audit/", AuditViewSet.as_view({"get": "list"}), name="audit"),
    path("audit/<id:pk>/", AuditViewSet.as_view({"get": "retrieve"}), name="audit-entry"),
    path("clients/", ClientViewSet.as_view(ROWS), name="clients"),
    path("clients/attributes/", ClientViewSet.as_view({"get": "attributes"}), name="client-attributes"),
    path(
        "clients/by-phone/<str:phone>/",
        ClientViewSet.as_view({"put": "put_by_phone"}),
        name="client-by-phone",
    ),
    path("clients/bulk-actions/", BulkActionViewSet.as_view(ROWS), name="bulk-actions"),
    path("clients/bulk-actions/<id:pk>/", BulkActionViewSet.as_view({"get": "retrieve"}), name="bulk-action"),
    path(
        "clients/bulk-actions/<id:pk>/cancel/",
        BulkActionViewSet.as_view({"post": "cancel"}),
        name="bulk-action-cancel",
    ),
    path(
        "clients/bulk-actions/<id:pk>/undo/",
        BulkActionViewSet.as_view({"post": "undo"}),
        name="bulk-action-undo",
    ),
    path("clients/import/", ClientImportView.as_view(), name="client-import"),
    path("clients/<id:pk>/", ClientViewSet.as_view(ROW), name="client"),
    path("clients/<id:pk>/export/", ClientViewSet.as_view({"get": "export"}), name="client-export"),
    path("consents/", ConsentViewSet.as_view(ROWS), name="consents"),
    path("consents/import/", ConsentImportView.as_view(), name="consent-import"),
    path("consents/<id:pk>/", ConsentViewSet.as_view(KEPT_ROW), name="consent"),
    path("contact-hours/", ContactHoursViewSet.as_view(ONE), name="contact-hours"),
    path("gateways/", GatewayViewSet.as_view(ROWS), name="gateways"),
    path("gateways/<id:pk>/", GatewayViewSet.as_view(CHANGEABLE_ROW), name="gateway"),
    path("mailings/", MailingViewSet.as_view(ROWS), name="mailings"),
    path("mailings/audience/", MailingViewSet.as_view({"post": "audience"}), name="audience"),
    path("mailings/forecast/", DraftViewSet.as_view({"post": "forecast"}), name="mailing-forecast"),
    path("mailings/fullinfo/", StatisticsViewSet.as_view({"get": "fullinfo"}), name="fullinfo"),
    path("mailings/preview/", DraftViewSet.as_view({"post": "preview"}), name="mailing-preview"),
    path("mailings/test/", DraftViewSet.as_view({"post": "test"}), name="mailing-test"),
    path("mailings/test/<id:pk>/", DraftViewSet.as_view({"get": "retrieve"}), name="test-send"),
    path("mailings/<id:pk>/", MailingViewSet.as_view(ROW), name="mailing"),
    path(
        "mailings/<id:pk>/forecast/",
        StatisticsViewSet.as_view({"get": "forecast"}),
        name="forecast-of-mailing",
    ),
    path("mailings/<id:pk>/info/", StatisticsViewSet.as_view({"get": "mailing_info"}), name="mailing-info"),
    path("mailings/<id:pk>/messages.csv", MessageFileViewSet.as_view({"get": "as_csv"}), name="messages-csv"),
    path(
        "mailings/<id:pk>/messages.ndjson",
        MessageFileViewSet.as_view({"get": "as_ndjson"}),
        name="messages-ndjson",
    ),
    path("mailings/<id:pk>/pause/", MailingViewSet.as_view({"post": "pause"}), name="pause"),
    path("mailings/<id:pk>/resume/", MailingViewSet.as_view({"post": "resume"}), name="resume"),
    path("mailings/<id:pk>/cancel/", MailingViewSet.as_view({"post": "cancel"}), name="cancel"),
    path("messages/", MessageViewSet.as_view({"get": "list"}), name="messages"),
    path("messages/<id:pk>/", MessageViewSet.as_view({"get": "retrieve"}), name="message"),
    path("messages/<id:pk>/proof/", MessageViewSet.as_view({"get": "proof"}), name="message-proof"),
    path("opt-outs/", OptOutViewSet.as_view(ROWS), name="opt-outs"),
    path("opt-outs/import/", OptOutImportView.as_view(), name="opt-out-import"),
    path("opt-outs/<id:pk>/", OptOutViewSet.as_view(KEPT_ROW), name="opt-out"),
    path("templates/", TemplateViewSet.as_view(ROWS), name="templates"),
    path("templates/<id:pk>/", TemplateViewSet.as_view(ROW), name="template"),
    path(
        "templates/<id:pk>/versions/", TemplateViewSet.as_view({"get": "versions"}), name="template-versions"
    ),
    path("segments/", SegmentViewSet.as_view(ROWS), name="segments"),
    path("segments/<id:pk>/", SegmentViewSet.as_view(ROW), name="segment"),
    # Otherwise the console, which has the root, would redirect the caller to its login page.
    re_path("", unknown_url),
]
