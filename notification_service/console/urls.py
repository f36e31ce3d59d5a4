from django.urls import path

from notification_service.access.permissions import Permission as May
from notification_service.console.audit import exports as audit_exports
from notification_service.console.audit import views as audit
from notification_service.console.clients import bulk
from notification_service.console.clients import exports as client_exports
from notification_service.console.clients import views as clients
from notification_service.console.compose import placeholders, test_sends
from notification_service.console.compose import views as compose
from notification_service.console.contact_hours import views as contact_hours
from notification_service.console.filters import tag_suggestions
from notification_service.console.filters import views as filters
from notification_service.console.gateways import views as gateways
from notification_service.console.imports import exports as import_exports
from notification_service.console.imports import samples
from notification_service.console.imports import views as imports
from notification_service.console.keys import views as keys
from notification_service.console.mailings import actions, detail
from notification_service.console.mailings import exports as mailing_exports
from notification_service.console.mailings import views as mailings
from notification_service.console.messages import exports as message_exports
from notification_service.console.messages import views as messages
from notification_service.console.messages.proof import proof
from notification_service.console.overview import views as overview
from notification_service.console.parts.page import page
from notification_service.console.people import views as people
from notification_service.console.preferences import views as preferences
from notification_service.console.preferences.kinds import CONSENTS, OPT_OUTS
from notification_service.console.replies import views as replies
from notification_service.console.saved_texts import views as saved_texts
from notification_service.console.search import views as search
from notification_service.console.segments import views as segments
from notification_service.console.webhooks import views as webhooks

app_name = "console"
urlpatterns = [
    path("", page(overview.overview, needs=May.SEE_MAILINGS), name="overview"),
    path("live/", page(overview.live, needs=May.SEE_MAILINGS), name="overview-live"),
    path("search/", page(search.search, needs=May.SEE_MAILINGS), name="search"),
    path("mailings/", page(mailings.mailing_list, needs=May.SEE_MAILINGS), name="mailings"),
    path("mailings/live/", page(mailings.live, needs=May.SEE_MAILINGS), name="mailings-live"),
    path("mailings/new/", page(compose.create, needs=May.ADD_MAILINGS), name="new"),
    path("mailings/preview/", page(compose.preview, needs=May.ADD_MAILINGS), name="preview"),
    path("mailings/filter/", page(filters.rows, needs=May.ADD_MAILINGS), name="filter-rows"),
    path("mailings/tags/", page(tag_suggestions.suggest, needs=May.ADD_MAILINGS), name="tags"),
    path("mailings/placeholders/", page(placeholders.menu, needs=May.ADD_MAILINGS), name="placeholders"),
    path("mailings/templates/", page(saved_texts.template_list, needs=May.SEE_MAILINGS), name="templates"),
    path("mailings/templates/new/", page(saved_texts.create, needs=May.ADD_MAILINGS), name="template-new"),
    path("mailings/templates/<int:pk>/", page(saved_texts.edit, needs=May.CHANGE_MAILINGS), name="template"),
    path(
        "mailings/templates/<int:pk>/delete/",
        page(saved_texts.delete, needs=May.DELETE_MAILINGS),
        name="template-delete",
    ),
    path("mailings/test-sends/", page(test_sends.create, needs=May.ADD_MAILINGS), name="test-sends"),
    path(
        "mailings/test-sends/<uuid:key>/", page(test_sends.detail, needs=May.ADD_MAILINGS), name="test-send"
    ),
    path("mailings/<int:pk>/", page(detail.detail, needs=May.SEE_MAILINGS), name="mailing"),
    path("mailings/<int:pk>/live/", page(detail.live, needs=May.SEE_MAILINGS), name="mailing-live"),
    path(
        "mailings/<int:pk>/messages.csv",
        page(mailing_exports.messages, needs=May.SEE_MESSAGES),
        name="export",
    ),
    path(
        "mailings/<int:pk>/failures.csv",
        page(mailing_exports.failures, needs=May.SEE_MESSAGES),
        name="export-failures",
    ),
    path("mailings.csv", page(mailing_exports.mailings, needs=May.SEE_MAILINGS), name="export-mailings"),
    path("messages.csv", page(message_exports.messages, needs=May.SEE_MESSAGES), name="export-messages"),
    path("clients.csv", page(client_exports.clients, needs=May.WHOLE_PHONES), name="export-clients"),
    path("mailings/<int:pk>/edit/", page(compose.edit, needs=May.CHANGE_MAILINGS), name="edit"),
    path("mailings/<int:pk>/pause/", page(actions.pause, needs=May.CHANGE_MAILINGS), name="pause"),
    path("mailings/<int:pk>/resume/", page(actions.resume, needs=May.CHANGE_MAILINGS), name="resume"),
    path("mailings/<int:pk>/cancel/", page(actions.cancel, needs=May.CHANGE_MAILINGS), name="cancel"),
    path("mailings/<int:pk>/delete/", page(actions.delete, needs=May.DELETE_MAILINGS), name="delete"),
    path("messages/", page(messages.message_list, needs=May.SEE_MESSAGES), name="messages"),
    path("messages/<int:pk>/", page(messages.detail, needs=May.SEE_MESSAGES), name="message"),
    path("messages/<int:pk>/proof/", page(proof, needs=May.SEE_MESSAGES), name="proof"),
    path("clients/", page(clients.client_list, needs=May.SEE_CLIENTS), name="clients"),
    path("clients/filter/", page(clients.choose, needs=May.ADD_MAILINGS), name="client-filter"),
    path("clients/new/", page(clients.create, needs=May.ADD_CLIENTS), name="client-new"),
    path("clients/bulk/", page(bulk.action_list, needs=May.SEE_CLIENTS), name="bulk-actions"),
    path("clients/bulk/new/", page(bulk.create, needs=May.CHANGE_CLIENTS), name="bulk-action-new"),
    path("clients/bulk/<int:pk>/", page(bulk.detail, needs=May.SEE_CLIENTS), name="bulk-action"),
    path("clients/bulk/<int:pk>/live/", page(bulk.live, needs=May.SEE_CLIENTS), name="bulk-action-live"),
    path(
        "clients/bulk/<int:pk>/cancel/",
        page(bulk.cancel, needs=May.CHANGE_CLIENTS),
        name="bulk-action-cancel",
    ),
    path("clients/bulk/<int:pk>/undo/", page(bulk.undo, needs=May.CHANGE_CLIENTS), name="bulk-action-undo"),
    path("clients/imports/", page(imports.import_list, needs=May.SEE_CLIENTS), name="imports"),
    path("clients/imports/samples/", page(samples.upload, needs=May.ADD_CLIENTS), name="import-samples"),
    path("clients/imports/upload/", page(imports.upload, needs=May.ADD_CLIENTS), name="import-upload"),
    path("clients/imports/<int:pk>/", page(imports.detail, needs=May.SEE_CLIENTS), name="import"),
    path("clients/imports/<int:pk>/live/", page(imports.live, needs=May.SEE_CLIENTS), name="import-live"),
    path("clients/imports/<int:pk>/start/", page(imports.start, needs=May.ADD_CLIENTS), name="import-start"),
    path(
        "clients/imports/<int:pk>/cancel/", page(imports.cancel, needs=May.ADD_CLIENTS), name="import-cancel"
    ),
    path(
        "clients/imports/<int:pk>/rejected.csv",
        page(import_exports.rejected, needs=May.WHOLE_PHONES),
        name="import-rejected",
    ),
    path(
        "clients/<int:pk>/delete/",
        page(clients.delete, needs=May.DELETE_CLIENTS),
        name="client-delete",
    ),
    path("clients/<int:pk>/data.json", page(client_exports.one, needs=May.WHOLE_PHONES), name="client-data"),
    path("clients/<int:pk>/", page(clients.detail, needs=May.SEE_CLIENTS), name="client"),
    path("clients/<int:pk>/edit/", page(clients.edit, needs=May.CHANGE_CLIENTS), name="client-edit"),
    *(
        path(f"{kind.name}/{ending}", page(view, needs=needs), {"kind": kind}, name=f"{kind.name}{name}")
        for kind in (OPT_OUTS, CONSENTS)
        for ending, name, view, needs in (
            ("", "", preferences.listed, May.SEE_CLIENTS),
            ("new/", "-new", preferences.add, May.ADD_CLIENTS),
            ("import/", "-import", preferences.upload, May.ADD_CLIENTS),
            ("<int:pk>/end/", "-end", preferences.end, May.DELETE_CLIENTS),
        )
    ),
    path("replies/", page(replies.reply_list, needs=May.SEE_INBOUND), name="replies"),
    path("segments/", page(segments.segment_list, needs=May.SEE_MAILINGS), name="segments"),
    path("segments/new/", page(segments.create, needs=May.ADD_MAILINGS), name="segment-new"),
    path("segments/save/", page(segments.save, needs=May.ADD_MAILINGS), name="segment-save"),
    path("segments/count/", page(segments.count, needs=May.ADD_MAILINGS), name="segment-count"),
    path("segments/<int:pk>/", page(segments.edit, needs=May.CHANGE_MAILINGS), name="segment"),
    path(
        "segments/<int:pk>/delete/", page(segments.delete, needs=May.DELETE_MAILINGS), name="segment-delete"
    ),
    path("settings/gateways/", page(gateways.gateway_list, needs=May.SEE_GATEWAYS), name="gateways"),
    path("settings/gateways/live/", page(gateways.live, needs=May.SEE_GATEWAYS), name="gateways-live"),
    path("settings/gateways/new/", page(gateways.create, needs=May.ADD_GATEWAYS), name="gateway-new"),
    path("settings/gateways/<int:pk>/", page(gateways.edit, needs=May.CHANGE_GATEWAYS), name="gateway"),
    path(
        "settings/gateways/<int:pk>/incidents/",
        page(gateways.incidents, needs=May.SEE_GATEWAYS),
        name="gateway-incidents",
    ),
    path(
        "settings/gateways/<int:pk>/switch/",
        page(gateways.switch, needs=May.CHANGE_GATEWAYS),
        name="gateway-switch",
    ),
    path(
        "settings/gateways/<int:pk>/receipt-key/",
        page(gateways.replace_receipt_key, needs=May.RECEIPT_KEYS),
        name="gateway-receipt-key",
    ),
    path(
        "settings/gateways/<int:pk>/release/",
        page(gateways.release, needs=May.CHANGE_GATEWAYS),
        name="gateway-release",
    ),
    path(
        "settings/gateways/<int:pk>/delete/",
        page(gateways.delete, needs=May.DELETE_GATEWAYS),
        name="gateway-delete",
    ),
    path(
        "settings/contact-hours/",
        page(contact_hours.edit, needs=May.CHANGE_CONTACT_HOURS),
        name="contact-hours",
    ),
    path("settings/people/", page(people.people_list, needs=May.SEE_PEOPLE), name="people"),
    path("settings/people/new/", page(people.create, needs=May.ADD_PEOPLE), name="person-new"),
    path("settings/people/<int:pk>/", page(people.edit, needs=May.CHANGE_PEOPLE), name="person"),
    path(
        "settings/people/<int:pk>/unlock/",
        page(people.unlock, needs=May.CHANGE_PEOPLE),
        name="person-unlock",
    ),
    path(
        "settings/people/<int:pk>/second-factor/remove/",
        page(people.remove_second_factor, needs=May.CHANGE_PEOPLE),
        name="person-second-factor",
    ),
    path("settings/webhooks/", page(webhooks.webhook_list, needs=May.SEE_WEBHOOKS), name="webhooks"),
    path("settings/webhooks/new/", page(webhooks.create, needs=May.ADD_WEBHOOKS), name="webhook-new"),
    path("settings/webhooks/<int:pk>/", page(webhooks.detail, needs=May.SEE_WEBHOOKS), name="webhook"),
    path(
        "settings/webhooks/<int:pk>/live/", page(webhooks.live, needs=May.SEE_WEBHOOKS), name="webhook-live"
    ),
    *(
        path(f"settings/webhooks/<int:pk>/{name}/", page(view, needs=needs), name=f"webhook-{name}")
        for name, view, needs in (
            ("edit", webhooks.edit, May.CHANGE_WEBHOOKS),
            ("switch", webhooks.switch, May.CHANGE_WEBHOOKS),
            ("test", webhooks.test, May.CHANGE_WEBHOOKS),
            ("redeliver", webhooks.redeliver, May.CHANGE_WEBHOOKS),
            ("rotate", webhooks.rotate, May.CHANGE_WEBHOOKS),
            ("delete", webhooks.delete, May.DELETE_WEBHOOKS),
        )
    ),
    path("settings/audit/", page(audit.entry_list, needs=May.SEE_AUDIT), name="audit"),
    path("settings/audit.csv", page(audit_exports.entries, needs=May.SEE_AUDIT), name="export-audit"),
    path("settings/audit/<int:pk>/", page(audit.detail, needs=May.SEE_AUDIT), name="audit-entry"),
    path("settings/keys/", page(keys.key_list, needs=May.SEE_KEYS), name="keys"),
    path("settings/keys/<int:pk>/revoke/", page(keys.revoke, needs=May.CHANGE_KEYS), name="key-revoke"),
]
