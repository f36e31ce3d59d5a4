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
from notification_service.api.views.import_files import RejectedFileViewSet
from notification_service.api.views.imports import FILE_PARSERS, ImportViewSet
from notification_service.api.views.inbound import InboundListViewSet
from notification_service.api.views.keys import KeyViewSet
from notification_service.api.views.mailings import MailingViewSet
from notification_service.api.views.message_files import MessageFileViewSet
from notification_service.api.views.messages import MessageViewSet
from notification_service.api.views.people import PersonViewSet
from notification_service.api.views.preferences import (
    ConsentImportView,
    ConsentViewSet,
    OptOutImportView,
    OptOutViewSet,
)
from notification_service.api.views.receipts import (
    InboundViewSet,
    KeyedInboundViewSet,
    KeyedReceiptViewSet,
    ReceiptViewSet,
)
from notification_service.api.views.root import RootViewSet
from notification_service.api.views.segments import SegmentViewSet
from notification_service.api.views.statistics import StatisticsViewSet
from notification_service.api.views.templates import TemplateViewSet
from notification_service.api.views.webhooks import DeliveryViewSet, WebhookViewSet

Actions = dict[str, Any]

register_converter(RowId, "id")

ROWS: Actions = {"get": "list", "post": "create"}
ROW: Actions = {"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"}
ONE: Actions = {"get": "retrieve", "put": "update"}
CHANGEABLE_ROW: Actions = {name: ROW[name] for name in ("get", "patch", "delete")}
LASTING_ROW: Actions = {name: ROW[name] for name in ("get", "patch")}
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
    path("gateways/<str:name>/inbound/", InboundViewSet.as_view({"post": "inbound"}), name="gateway-inbound"),
    path("gateways/<str:name>/inbound/<str:key>/", KeyedInboundViewSet.as_view({"post": "inbound"})),
    path(
        "gateways/<str:name>/receipts/",
        ReceiptViewSet.as_view({"post": "receipts"}),
        name="gateway-receipts",
    ),
    path("gateways/<str:name>/receipts/<str:key>/", KeyedReceiptViewSet.as_view({"post": "receipts"})),
    path("gateways/<id:pk>/", GatewayViewSet.as_view(CHANGEABLE_ROW), name="gateway"),
    path(
        "gateways/<id:pk>/receipt-key/",
        GatewayViewSet.as_view({"get": "receipt_key", "post": "replace_receipt_key"}),
        name="gateway-receipt-key",
    ),
    path("inbound/", InboundListViewSet.as_view({"get": "list"}), name="inbound"),
    path("inbound/<id:pk>/", InboundListViewSet.as_view({"get": "retrieve"}), name="inbound-message"),
    path("imports/", ImportViewSet.as_view(ROWS, parser_classes=FILE_PARSERS), name="imports"),
    path("imports/<id:pk>/", ImportViewSet.as_view(LASTING_ROW), name="import"),
    path("imports/<id:pk>/preview/", ImportViewSet.as_view({"get": "preview"}), name="import-preview"),
    path("imports/<id:pk>/rejected/", ImportViewSet.as_view({"get": "rejected"}), name="import-rejected"),
    path(
        "imports/<id:pk>/rejected.csv",
        RejectedFileViewSet.as_view({"get": "rejected_csv"}),
        name="import-rejected-csv",
    ),
    path("imports/<id:pk>/start/", ImportViewSet.as_view({"post": "start"}), name="import-start"),
    path("imports/<id:pk>/cancel/", ImportViewSet.as_view({"post": "cancel"}), name="import-cancel"),
    path("keys/", KeyViewSet.as_view(ROWS), name="keys"),
    path("keys/<id:pk>/", KeyViewSet.as_view({"get": "retrieve"}), name="key"),
    path("keys/<id:pk>/revoke/", KeyViewSet.as_view({"post": "revoke"}), name="key-revoke"),
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
    path("messages/", MessageViewSet.as_view(ROWS), name="messages"),
    path("messages/<id:pk>/", MessageViewSet.as_view({"get": "retrieve"}), name="message"),
    path("messages/<id:pk>/proof/", MessageViewSet.as_view({"get": "proof"}), name="message-proof"),
    path("opt-outs/", OptOutViewSet.as_view(ROWS), name="opt-outs"),
    path("opt-outs/import/", OptOutImportView.as_view(), name="opt-out-import"),
    path("opt-outs/<id:pk>/", OptOutViewSet.as_view(KEPT_ROW), name="opt-out"),
    path("people/", PersonViewSet.as_view(ROWS), name="people"),
    path("people/<id:pk>/", PersonViewSet.as_view(LASTING_ROW), name="person"),
    path("people/<id:pk>/unlock/", PersonViewSet.as_view({"post": "unlock"}), name="person-unlock"),
    path(
        "people/<id:pk>/remove-second-factor/",
        PersonViewSet.as_view({"post": "remove_second_factor"}),
        name="person-second-factor",
    ),
    path("templates/", TemplateViewSet.as_view(ROWS), name="templates"),
    path("templates/<id:pk>/", TemplateViewSet.as_view(ROW), name="template"),
    path(
        "templates/<id:pk>/versions/", TemplateViewSet.as_view({"get": "versions"}), name="template-versions"
    ),
    path("segments/", SegmentViewSet.as_view(ROWS), name="segments"),
    path("segments/<id:pk>/", SegmentViewSet.as_view(ROW), name="segment"),
    path("webhooks/", WebhookViewSet.as_view(ROWS), name="webhooks"),
    path("webhooks/<id:pk>/", WebhookViewSet.as_view(CHANGEABLE_ROW), name="webhook"),
    path("webhooks/<id:pk>/deliveries/", DeliveryViewSet.as_view({"get": "list"}), name="webhook-deliveries"),
    path(
        "webhooks/<id:pk>/redeliver/", WebhookViewSet.as_view({"post": "redeliver"}), name="webhook-redeliver"
    ),
    path(
        "webhooks/<id:pk>/rotate-secret/",
        WebhookViewSet.as_view({"post": "rotate_secret"}),
        name="webhook-rotate-secret",
    ),
    path("webhooks/<id:pk>/test/", WebhookViewSet.as_view({"post": "test"}), name="webhook-test"),
    # Otherwise the console, which has the root, would redirect the caller to its login page.
    re_path("", unknown_url),
]
