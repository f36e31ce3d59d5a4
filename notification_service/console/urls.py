from django.urls import path

from notification_service.access.permissions import Permission as May
from notification_service.console.audit import exports as audit_exports
from notification_service.console.audit import views as audit
from notification_service.console.clients import exports as client_exports
from notification_service.console.clients import views as clients
from notification_service.console.compose import trials
from notification_service.console.compose import views as compose
from notification_service.console.gateways import views as gateways
from notification_service.console.imports import exports as import_exports
from notification_service.console.imports import views as imports
from notification_service.console.keys import views as keys
from notification_service.console.mailings import actions, detail
from notification_service.console.mailings import exports as mailing_exports
from notification_service.console.mailings import views as mailings
from notification_service.console.messages import exports as message_exports
from notification_service.console.messages import views as messages
from notification_service.console.overview import views as overview
from notification_service.console.parts.page import page
from notification_service.console.people import views as people
from notification_service.console.search import views as search

app_name = "console"
urlpatterns = [
    path("", page(overview.overview, needs=May.SEE_MAILINGS), name="overview"),
    path("live/", page(overview.live, needs=May.SEE_MAILINGS), name="overview-live"),
    path("search/", page(search.search, needs=May.SEE_MAILINGS), name="search"),
    path("mailings/", page(mailings.mailing_list, needs=May.SEE_MAILINGS), name="mailings"),
    path("mailings/live/", page(mailings.live, needs=May.SEE_MAILINGS), name="mailings-live"),
    path("mailings/new/", page(compose.create, needs=May.ADD_MAILINGS), name="new"),
    path("mailings/preview/", page(compose.preview, needs=May.ADD_MAILINGS), name="preview"),
    path("mailings/trials/", page(trials.create, needs=May.ADD_MAILINGS), name="trials"),
    path("mailings/trials/<uuid:key>/", page(trials.detail, needs=May.ADD_MAILINGS), name="trial"),
    path("mailings/<int:pk>/", page(detail.detail, needs=May.SEE_MAILINGS), name="mailing"),
    path("mailings/<int:pk>/live/", page(detail.live, needs=May.SEE_MAILINGS), name="mailing-live"),
    path(
        "mailings/<int:pk>/messages.csv",
        page(mailing_exports.messages, needs=May.SEE_MESSAGES),
        name="export",
    ),
    path(
        "mailings/<int:pk>/failures.csv",
        page(mailing_exports.failures, needs=May.SEE_MAILINGS),
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
    path("clients/", page(clients.client_list, needs=May.SEE_CLIENTS), name="clients"),
    path("clients/new/", page(clients.create, needs=May.ADD_CLIENTS), name="client-new"),
    path("clients/imports/", page(imports.import_list, needs=May.SEE_CLIENTS), name="imports"),
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
    path("clients/<int:pk>/", page(clients.detail, needs=May.SEE_CLIENTS), name="client"),
    path("clients/<int:pk>/edit/", page(clients.edit, needs=May.CHANGE_CLIENTS), name="client-edit"),
    path("settings/gateways/", page(gateways.gateway_list, needs=May.SEE_GATEWAYS), name="gateways"),
    path("settings/gateways/live/", page(gateways.live, needs=May.SEE_GATEWAYS), name="gateways-live"),
    path("settings/gateways/new/", page(gateways.create, needs=May.ADD_GATEWAYS), name="gateway-new"),
    path("settings/gateways/<int:pk>/", page(gateways.edit, needs=May.CHANGE_GATEWAYS), name="gateway"),
    path(
        "settings/gateways/<int:pk>/switch/",
        page(gateways.switch, needs=May.CHANGE_GATEWAYS),
        name="gateway-switch",
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
    path("settings/audit/", page(audit.entry_list, needs=May.SEE_AUDIT), name="audit"),
    path("settings/audit.csv", page(audit_exports.entries, needs=May.SEE_AUDIT), name="export-audit"),
    path("settings/audit/<int:pk>/", page(audit.detail, needs=May.SEE_AUDIT), name="audit-entry"),
    path("settings/keys/", page(keys.key_list, needs=May.SEE_KEYS), name="keys"),
    path("settings/keys/<int:pk>/revoke/", page(keys.revoke, needs=May.CHANGE_KEYS), name="key-revoke"),
]
