from django.urls import path

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

LOOK = "mailings.view_mailing"
MESSAGES = "mailings.view_message"
CLIENTS = "directory.view_client"
IMPORT = "directory.add_client"
CHANGE_CLIENT = "directory.change_client"
KEYS = "access.view_apikey"
AUDIT = "audit.view_entry"
GATEWAYS = "mailings.view_gateway"
CHANGE_GATEWAY = "mailings.change_gateway"

app_name = "console"
urlpatterns = [
    path("", page(overview.overview, needs=LOOK), name="overview"),
    path("live/", page(overview.live, needs=LOOK), name="overview-live"),
    path("search/", page(search.search, needs=LOOK), name="search"),
    path("mailings/", page(mailings.mailing_list, needs=LOOK), name="mailings"),
    path("mailings/live/", page(mailings.live, needs=LOOK), name="mailings-live"),
    path("mailings/new/", page(compose.create, needs="mailings.add_mailing"), name="new"),
    path("mailings/preview/", page(compose.preview, needs="mailings.add_mailing"), name="preview"),
    path("mailings/trials/", page(trials.create, needs="mailings.add_mailing"), name="trials"),
    path("mailings/trials/<uuid:key>/", page(trials.detail, needs="mailings.add_mailing"), name="trial"),
    path("mailings/<int:pk>/", page(detail.detail, needs=LOOK), name="mailing"),
    path("mailings/<int:pk>/live/", page(detail.live, needs=LOOK), name="mailing-live"),
    path("mailings/<int:pk>/messages.csv", page(mailing_exports.messages, needs=MESSAGES), name="export"),
    path(
        "mailings/<int:pk>/failures.csv", page(mailing_exports.failures, needs=LOOK), name="export-failures"
    ),
    path("mailings.csv", page(mailing_exports.mailings, needs=LOOK), name="export-mailings"),
    path("messages.csv", page(message_exports.messages, needs=MESSAGES), name="export-messages"),
    path("clients.csv", page(client_exports.clients, needs=CHANGE_CLIENT), name="export-clients"),
    path("mailings/<int:pk>/edit/", page(compose.edit, needs="mailings.change_mailing"), name="edit"),
    path("mailings/<int:pk>/pause/", page(actions.pause, needs="mailings.change_mailing"), name="pause"),
    path("mailings/<int:pk>/resume/", page(actions.resume, needs="mailings.change_mailing"), name="resume"),
    path("mailings/<int:pk>/cancel/", page(actions.cancel, needs="mailings.change_mailing"), name="cancel"),
    path("mailings/<int:pk>/delete/", page(actions.delete, needs="mailings.delete_mailing"), name="delete"),
    path("messages/", page(messages.message_list, needs=MESSAGES), name="messages"),
    path("messages/<int:pk>/", page(messages.detail, needs=MESSAGES), name="message"),
    path("clients/", page(clients.client_list, needs=CLIENTS), name="clients"),
    path("clients/new/", page(clients.create, needs="directory.add_client"), name="client-new"),
    path("clients/imports/", page(imports.import_list, needs=CLIENTS), name="imports"),
    path("clients/imports/upload/", page(imports.upload, needs=IMPORT), name="import-upload"),
    path("clients/imports/<int:pk>/", page(imports.detail, needs=CLIENTS), name="import"),
    path("clients/imports/<int:pk>/live/", page(imports.live, needs=CLIENTS), name="import-live"),
    path("clients/imports/<int:pk>/start/", page(imports.start, needs=IMPORT), name="import-start"),
    path("clients/imports/<int:pk>/cancel/", page(imports.cancel, needs=IMPORT), name="import-cancel"),
    path(
        "clients/imports/<int:pk>/rejected.csv",
        page(import_exports.rejected, needs=IMPORT),
        name="import-rejected",
    ),
    path(
        "clients/<int:pk>/delete/",
        page(clients.delete, needs="directory.delete_client"),
        name="client-delete",
    ),
    path("clients/<int:pk>/", page(clients.detail, needs=CLIENTS), name="client"),
    path("clients/<int:pk>/edit/", page(clients.edit, needs=CHANGE_CLIENT), name="client-edit"),
    path("settings/gateways/", page(gateways.gateway_list, needs=GATEWAYS), name="gateways"),
    path("settings/gateways/live/", page(gateways.live, needs=GATEWAYS), name="gateways-live"),
    path("settings/gateways/new/", page(gateways.create, needs="mailings.add_gateway"), name="gateway-new"),
    path("settings/gateways/<int:pk>/", page(gateways.edit, needs=CHANGE_GATEWAY), name="gateway"),
    path(
        "settings/gateways/<int:pk>/switch/",
        page(gateways.switch, needs=CHANGE_GATEWAY),
        name="gateway-switch",
    ),
    path(
        "settings/gateways/<int:pk>/release/",
        page(gateways.release, needs=CHANGE_GATEWAY),
        name="gateway-release",
    ),
    path(
        "settings/gateways/<int:pk>/delete/",
        page(gateways.delete, needs="mailings.delete_gateway"),
        name="gateway-delete",
    ),
    path("settings/people/", page(people.people_list, needs="auth.view_user"), name="people"),
    path("settings/people/new/", page(people.create, needs="auth.add_user"), name="person-new"),
    path("settings/people/<int:pk>/", page(people.edit, needs="auth.change_user"), name="person"),
    path(
        "settings/people/<int:pk>/unlock/",
        page(people.unlock, needs="auth.change_user"),
        name="person-unlock",
    ),
    path(
        "settings/people/<int:pk>/second-factor/remove/",
        page(people.remove_second_factor, needs="auth.change_user"),
        name="person-second-factor",
    ),
    path("settings/audit/", page(audit.entry_list, needs=AUDIT), name="audit"),
    path("settings/audit.csv", page(audit_exports.entries, needs=AUDIT), name="export-audit"),
    path("settings/audit/<int:pk>/", page(audit.detail, needs=AUDIT), name="audit-entry"),
    path("settings/keys/", page(keys.key_list, needs=KEYS), name="keys"),
    path(
        "settings/keys/<int:pk>/revoke/", page(keys.revoke, needs="access.change_apikey"), name="key-revoke"
    ),
]
