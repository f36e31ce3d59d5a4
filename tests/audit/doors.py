"""Every address where something is done, and the entry that it leaves: one line for each."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import get_resolver

from notification_service.access.models import ApiKey
from notification_service.console.compose.edit_conflicts import version_of
from notification_service.directory.importing.uploads.incoming import IncomingFile
from notification_service.directory.models import BulkAction, ClientUpload
from notification_service.mailings.templates import create_template
from notification_service.webhooks.changes import create_webhook
from tests.console.compose.test_test_sends import filled_in as test_send_body
from tests.console.compose.test_views import confirmed
from tests.console.conftest import PASSWORD, make_person
from tests.console.gateways.test_views import filled_in as gateway_body
from tests.factories import (
    consent,
    make_client,
    make_gateway,
    make_mailing,
    make_running_mailing,
    make_segment,
    now,
    opt_out,
)

Asked = tuple[int | None, Any]  # the row in the address, and the body
Prepare = Callable[[], Asked]

CLIENT = {"phone": "79161234567", "timezone": "Europe/Moscow"}
FILE = b"phone,timezone\n79161234567,Europe/Moscow\n"
TEMPLATE = {"name": "Order", "text": "{{name|Hello}}!"}
TEMPLATE_FORM = TEMPLATE | {"version": "1"}
SEGMENT = {"name": "Regulars", "filter": {"tags": ["vip"]}}
WEBHOOK: dict[str, Any] = {"url": "https://8.8.8.8/hook", "events": ["messages.final"]}
PERSON = {"role": "viewer", "is_active": "on"}


def make_webhook() -> Any:
    return create_webhook(**WEBHOOK)[0]


def changed_webhook() -> Asked:
    webhook = make_webhook()
    return webhook.pk, {**WEBHOOK, "events": ["mailing.paused"], "version": webhook.version}


def make_template() -> Any:
    return create_template(name="Hello", text="Hello")


def nothing() -> Asked:
    return None, None


def of(make: Callable[[], Any], body: Any = None) -> Prepare:
    return lambda: (make().pk, body)


def mailing_body() -> Asked:
    return None, {
        "text": "x",
        "start_at": now().isoformat(),
        "end_at": (now() + timedelta(days=1)).isoformat(),
    }


def put_mailing() -> Asked:
    return make_mailing().pk, mailing_body()[1]


def new_mailing() -> Asked:
    make_client()
    return None, confirmed()


def changed_mailing() -> Asked:
    make_client()
    mailing = make_mailing()
    return mailing.pk, confirmed(text="Another", version=version_of(mailing))


def client_with_its_phone_for_an_id() -> Asked:
    phone = CLIENT["phone"]
    return make_client(pk=int(phone), phone=phone, timezone="Asia/Omsk").pk, CLIENT


def changed_client() -> Asked:
    client = make_client()
    return client.pk, {
        "phone": client.phone,
        "timezone": "Asia/Omsk",
        "version": client.updated_at.isoformat(),
    }


def bulk_action() -> BulkAction:
    return BulkAction.objects.create(kind="add_tag", tag="new")


def undoable_action() -> BulkAction:
    return BulkAction.objects.create(
        kind="add_tag", tag="new", status="finished", changed=1, finished_at=now()
    )


def upload() -> ClientUpload:
    arrival = IncomingFile(file_name="clients.csv", by="anna")
    arrival.write(FILE)
    return arrival.finish()


def started_upload() -> Asked:
    found = upload()
    chosen = {"encoding": found.encoding, "separator": found.separator, "column": found.columns}
    return found.pk, {**chosen, "action": "start"}


def person_with_second_factor() -> Any:
    person = make_person("viewer")
    Authenticator.objects.create(user=person, type="totp", data={})
    return person


def paused() -> Any:
    return make_running_mailing(status="paused")


def key() -> Any:
    return ApiKey.issue(name="crm", scope="read", pii=True)[0]


TELLING: dict[tuple[str, str], tuple[str, Prepare]] = {
    ("POST", "/api/v1/clients/bulk-actions/"): (
        "bulk.requested",
        lambda: (None, {"action": "add_tag", "tag": "new", "filter": {}}),
    ),
    ("POST", "/api/v1/clients/bulk-actions/<id:pk>/cancel/"): ("bulk.cancelled", of(bulk_action)),
    ("POST", "/api/v1/clients/bulk-actions/<id:pk>/undo/"): ("bulk.undone", of(undoable_action)),
    ("POST", "/api/v1/clients/"): ("client.created", lambda: (None, CLIENT)),
    ("PUT", "/api/v1/clients/<id:pk>/"): ("client.changed", of(make_client, CLIENT)),
    ("PUT", "/api/v1/clients/by-phone/<str:phone>/"): ("client.changed", client_with_its_phone_for_an_id),
    ("PATCH", "/api/v1/clients/<id:pk>/"): ("client.changed", of(make_client, {"tag": "vip"})),
    ("DELETE", "/api/v1/clients/<id:pk>/"): ("client.deleted", of(make_client)),
    ("POST", "/api/v1/mailings/"): ("mailing.created", mailing_body),
    ("PUT", "/api/v1/mailings/<id:pk>/"): ("mailing.changed", put_mailing),
    ("PATCH", "/api/v1/mailings/<id:pk>/"): ("mailing.changed", of(make_mailing, {"text": "Another"})),
    ("DELETE", "/api/v1/mailings/<id:pk>/"): ("mailing.deleted", of(make_mailing)),
    ("POST", "/api/v1/mailings/<id:pk>/pause/"): ("mailing.paused", of(make_running_mailing)),
    ("POST", "/api/v1/mailings/<id:pk>/resume/"): ("mailing.resumed", of(paused)),
    ("POST", "/api/v1/mailings/<id:pk>/cancel/"): ("mailing.cancelled", of(make_mailing)),
    ("POST", "/api/v1/mailings/test/"): (
        "test_send.requested",
        lambda: (None, {"text": "x", "phone": "79161234567"}),
    ),
    ("POST", "/api/v1/templates/"): ("template.created", lambda: (None, TEMPLATE)),
    ("PUT", "/api/v1/templates/<id:pk>/"): ("template.changed", of(make_template, TEMPLATE)),
    ("PATCH", "/api/v1/templates/<id:pk>/"): ("template.changed", of(make_template, {"text": "Another"})),
    ("DELETE", "/api/v1/templates/<id:pk>/"): ("template.deleted", of(make_template)),
    ("POST", "/mailings/templates/new/"): ("template.created", lambda: (None, TEMPLATE)),
    ("POST", "/mailings/templates/<int:pk>/"): (
        "template.changed",
        of(make_template, TEMPLATE | {"version": "1"}),
    ),
    ("POST", "/mailings/templates/<int:pk>/delete/"): ("template.deleted", of(make_template)),
    ("POST", "/api/v1/segments/"): ("segment.created", lambda: (None, SEGMENT)),
    ("PUT", "/api/v1/segments/<id:pk>/"): ("segment.changed", of(make_segment, SEGMENT)),
    ("PATCH", "/api/v1/segments/<id:pk>/"): ("segment.changed", of(make_segment, {"name": "x"})),
    ("DELETE", "/api/v1/segments/<id:pk>/"): ("segment.deleted", of(make_segment)),
    ("POST", "/api/v1/gateways/"): (
        "gateway.created",
        lambda: (None, {"name": "x", "url": "http://8.8.8.8"}),
    ),
    ("PATCH", "/api/v1/gateways/<id:pk>/"): ("gateway.changed", of(make_gateway, {"enabled": False})),
    ("DELETE", "/api/v1/gateways/<id:pk>/"): ("gateway.deleted", of(make_gateway)),
    ("POST", "/api/v1/imports/<id:pk>/start/"): ("import.started", of(upload)),
    ("POST", "/api/v1/imports/<id:pk>/cancel/"): ("import.cancelled", of(upload)),
    ("POST", "/api/v1/keys/"): ("key.created", lambda: (None, {"name": "crm", "scope": "read"})),
    ("POST", "/api/v1/keys/<id:pk>/revoke/"): ("key.revoked", of(key)),
    ("POST", "/api/v1/people/"): (
        "person.created",
        lambda: (None, {"username": "anna", "role": "viewer", "password": PASSWORD}),
    ),
    ("PATCH", "/api/v1/people/<id:pk>/"): (
        "person.changed",
        of(lambda: make_person("operator"), {"role": "viewer"}),
    ),
    ("POST", "/api/v1/people/<id:pk>/unlock/"): ("person.unlocked", of(lambda: make_person("viewer"))),
    ("POST", "/api/v1/people/<id:pk>/remove-second-factor/"): (
        "person.second_factor_removed",
        of(person_with_second_factor),
    ),
    ("POST", "/api/v1/gateways/<id:pk>/receipt-key/"): ("gateway.receipt_key_replaced", of(make_gateway)),
    ("PUT", "/api/v1/contact-hours/"): ("contact_hours.changed", lambda: (None, {"days": ["mon"]})),
    ("POST", "/api/v1/messages/"): (  # any other leaves its row: there may be thousands a second
        "message.opt_out_ignored",
        lambda: (None, {"phone": "79161234567", "text": "x", "ignores_opt_outs": True}),
    ),
    ("POST", "/api/v1/opt-outs/"): ("opt_out.created", lambda: (None, {"phone": "79161234567"})),
    ("DELETE", "/api/v1/opt-outs/<id:pk>/"): ("opt_out.withdrawn", of(lambda: opt_out("79161234567"))),
    ("POST", "/api/v1/consents/"): ("consent.created", lambda: (None, {"phone": "79161234567"})),
    ("DELETE", "/api/v1/consents/<id:pk>/"): ("consent.revoked", of(lambda: consent("79161234567"))),
    ("GET", "/clients.csv"): ("client.exported", nothing),
    ("GET", "/mailings.csv"): ("mailing.exported", nothing),
    ("GET", "/messages.csv"): ("message.exported", nothing),
    ("GET", "/settings/audit.csv"): ("audit.exported", nothing),
    ("GET", "/mailings/<int:pk>/messages.csv"): ("mailing.messages_exported", of(make_mailing)),
    ("GET", "/mailings/<int:pk>/failures.csv"): ("mailing.failures_exported", of(make_mailing)),
    ("GET", "/clients/imports/<int:pk>/rejected.csv"): ("import.rejected_exported", of(upload)),
    ("GET", "/clients/<int:pk>/data.json"): ("client.data_exported", of(make_client)),
    ("POST", "/clients/bulk/new/"): ("bulk.requested", lambda: (None, {"kind": "add_tag", "tag": "new"})),
    ("POST", "/clients/bulk/<int:pk>/cancel/"): ("bulk.cancelled", of(bulk_action)),
    ("POST", "/clients/bulk/<int:pk>/undo/"): ("bulk.undone", of(undoable_action)),
    ("POST", "/clients/new/"): ("client.created", lambda: (None, CLIENT)),
    ("POST", "/clients/<int:pk>/edit/"): ("client.changed", changed_client),
    ("POST", "/clients/<int:pk>/delete/"): ("client.deleted", of(make_client)),
    ("POST", "/clients/imports/upload/"): (
        "import.uploaded",
        lambda: (None, {"file": SimpleUploadedFile("clients.csv", FILE), "whole": "yes"}),
    ),
    ("POST", "/clients/imports/<int:pk>/start/"): ("import.started", started_upload),
    ("POST", "/clients/imports/<int:pk>/cancel/"): ("import.cancelled", of(upload)),
    ("POST", "/opt-outs/import/"): (
        "import.uploaded",
        lambda: (None, {"file": SimpleUploadedFile("opt-outs.csv", b"phone\n79161234567\n"), "whole": "yes"}),
    ),
    ("POST", "/opt-outs/new/"): (
        "opt_out.created",
        lambda: (None, {"phone": "79161234567", "reason": "asked"}),
    ),
    ("POST", "/opt-outs/<int:pk>/end/"): (
        "opt_out.withdrawn",
        of(lambda: opt_out("79161234567"), {"reason": "asked"}),
    ),
    ("POST", "/consents/import/"): (
        "import.uploaded",
        lambda: (None, {"file": SimpleUploadedFile("consents.csv", b"phone\n79161234567\n"), "whole": "yes"}),
    ),
    ("POST", "/consents/new/"): (
        "consent.created",
        lambda: (None, {"phone": "79161234567", "evidence": "a form"}),
    ),
    ("POST", "/consents/<int:pk>/end/"): (
        "consent.revoked",
        of(lambda: consent("79161234567"), {"reason": "asked"}),
    ),
    ("POST", "/mailings/new/"): ("mailing.created", new_mailing),
    ("POST", "/mailings/<int:pk>/edit/"): ("mailing.changed", changed_mailing),
    ("POST", "/mailings/<int:pk>/pause/"): ("mailing.paused", of(make_running_mailing)),
    ("POST", "/mailings/<int:pk>/resume/"): ("mailing.resumed", of(paused)),
    ("POST", "/mailings/<int:pk>/cancel/"): ("mailing.cancelled", of(make_mailing)),
    ("POST", "/mailings/<int:pk>/delete/"): ("mailing.deleted", of(make_mailing)),
    ("POST", "/settings/contact-hours/"): (
        "contact_hours.changed",
        lambda: (None, {"limit_hours": "on", "window_days": ["mon"]}),
    ),
    ("POST", "/mailings/test-sends/"): ("test_send.requested", lambda: (None, test_send_body())),
    ("POST", "/segments/new/"): ("segment.created", lambda: (None, {"name": "Regulars", "tags": "vip"})),
    ("POST", "/segments/save/"): ("segment.created", lambda: (None, {"segment_name": "Regulars"})),
    ("POST", "/segments/<int:pk>/"): ("segment.changed", of(make_segment, {"name": "Regulars"})),
    ("POST", "/segments/<int:pk>/delete/"): ("segment.deleted", of(make_segment)),
    ("POST", "/settings/gateways/new/"): ("gateway.created", lambda: (None, gateway_body())),
    ("POST", "/settings/gateways/<int:pk>/"): ("gateway.changed", of(make_gateway, gateway_body())),
    ("POST", "/settings/gateways/<int:pk>/switch/"): ("gateway.changed", of(make_gateway)),
    ("POST", "/settings/gateways/<int:pk>/receipt-key/"): (
        "gateway.receipt_key_replaced",
        of(make_gateway),
    ),
    ("POST", "/settings/gateways/<int:pk>/release/"): (
        "gateway.released",
        of(lambda: make_gateway(held_at=now(), probe_at=now())),
    ),
    ("POST", "/settings/gateways/<int:pk>/delete/"): ("gateway.deleted", of(make_gateway)),
    ("POST", "/api/v1/webhooks/"): ("webhook.created", lambda: (None, WEBHOOK)),
    ("PATCH", "/api/v1/webhooks/<id:pk>/"): ("webhook.changed", of(make_webhook, {"enabled": False})),
    ("DELETE", "/api/v1/webhooks/<id:pk>/"): ("webhook.deleted", of(make_webhook)),
    ("POST", "/api/v1/webhooks/<id:pk>/test/"): ("webhook.tested", of(make_webhook)),
    ("POST", "/api/v1/webhooks/<id:pk>/rotate-secret/"): ("webhook.secret_rotated", of(make_webhook)),
    ("POST", "/api/v1/webhooks/<id:pk>/redeliver/"): (
        "webhook.redelivered",
        of(make_webhook, {"deliveries": [1]}),
    ),
    ("POST", "/settings/webhooks/new/"): ("webhook.created", lambda: (None, WEBHOOK)),
    ("POST", "/settings/webhooks/<int:pk>/edit/"): ("webhook.changed", changed_webhook),
    ("POST", "/settings/webhooks/<int:pk>/switch/"): ("webhook.changed", of(make_webhook)),
    ("POST", "/settings/webhooks/<int:pk>/test/"): ("webhook.tested", of(make_webhook)),
    ("POST", "/settings/webhooks/<int:pk>/redeliver/"): (
        "webhook.redelivered",
        of(make_webhook, {"delivery": "1"}),
    ),
    ("POST", "/settings/webhooks/<int:pk>/rotate/"): ("webhook.secret_rotated", of(make_webhook)),
    ("POST", "/settings/webhooks/<int:pk>/delete/"): ("webhook.deleted", of(make_webhook)),
    ("POST", "/settings/keys/"): ("key.created", lambda: (None, {"name": "crm", "scope": "read"})),
    ("POST", "/settings/keys/<int:pk>/revoke/"): ("key.revoked", of(key)),
    ("POST", "/settings/people/new/"): (
        "person.created",
        lambda: (None, PERSON | {"username": "anna", "password": PASSWORD}),
    ),
    ("POST", "/settings/people/<int:pk>/"): (
        "person.changed",
        of(lambda: make_person("operator"), PERSON),
    ),
    ("POST", "/settings/people/<int:pk>/unlock/"): ("person.unlocked", of(lambda: make_person("viewer"))),
    ("POST", "/settings/people/<int:pk>/second-factor/remove/"): (
        "person.second_factor_removed",
        of(person_with_second_factor),
    ),
    ("POST", "/password_change/"): (
        "person.password_changed",
        lambda: (
            None,
            {"old_password": PASSWORD, "new_password1": f"{PASSWORD}-2", "new_password2": f"{PASSWORD}-2"},
        ),
    ),
    ("POST", "/login/"): (
        "person.signed_in",
        lambda: (None, {"username": make_person("viewer").username, "password": PASSWORD}),
    ),
}

LOOKING = {"GET", "HEAD"}  # REST framework adds HEAD once it has served a GET
SIGN_IN = "several requests make one: tests/access/sign_in/test_audit.py"
LOOK = "only shows"
SILENT = {
    "POST /api/v1/clients/import/": "two entries: tests/audit/test_imports.py",
    "POST /api/v1/imports/": "two entries: tests/api/test_imports.py",
    "PATCH /api/v1/imports/<id:pk>/": "the entry of its start says that it was imported",
    **{
        f"POST /api/v1/gateways/<str:name>/{what}/{key}": "what providers tell: tests/api/test_receipts.py"
        for what in ("receipts", "inbound")
        for key in ("", "<str:key>/")
    },
    "POST /api/v1/mailings/audience/": "only counts",
    "POST /api/v1/opt-outs/import/": "an entry for each part: tests/api/test_preferences.py",
    "POST /api/v1/consents/import/": "an entry for each part: tests/api/test_preferences.py",
    "POST /api/v1/mailings/forecast/": "only counts",
    "POST /api/v1/mailings/preview/": "only counts",
    "/": LOOK,
    "/account/confirm/": "confirms who one is, and changes nothing",
    "/account/confirm/code/": "confirms who one is, and changes nothing",
    "/account/second-factor/": LOOK,
    "/account/second-factor/codes/": LOOK,
    "/account/second-factor/codes/new/": SIGN_IN,
    "/account/second-factor/off/": SIGN_IN,
    "/account/second-factor/on/": SIGN_IN,
    "/clients/": LOOK,
    "/clients/filter/": "only shows clients",
    "/clients/<int:pk>/": LOOK,
    "/clients/bulk/": LOOK,
    "/clients/bulk/<int:pk>/": LOOK,
    "/clients/bulk/<int:pk>/live/": LOOK,
    "/clients/imports/": LOOK,
    "/clients/imports/<int:pk>/": LOOK,
    "/clients/imports/<int:pk>/live/": LOOK,
    "/clients/imports/samples/": "an upload, if `up` runs: tests/console/imports/test_samples.py",
    "/consents/": LOOK,
    "/docs": LOOK,
    "/docs/": LOOK,
    "/docs/getting-started/": LOOK,
    "/docs/problems/": LOOK,
    "/health/live/?": LOOK,
    "/health/ready/?": LOOK,
    "/i18n/setlang/": "a cookie of one's own",
    "/live/": LOOK,
    "/login/code/": SIGN_IN,
    "/login/oidc/": "sends to the provider",
    "/login/oidc/callback/": SIGN_IN,
    "/logout/": "ends what was one's own",
    "/mailings/": LOOK,
    "/mailings/<int:pk>/": LOOK,
    "/mailings/<int:pk>/live/": LOOK,
    "/mailings/filter/": "only shows what was clicked in a form",
    "/mailings/live/": LOOK,
    "/mailings/placeholders/": "only counts",
    "/mailings/preview/": "only counts",
    "/mailings/tags/": LOOK,
    "/mailings/templates/": LOOK,
    "/mailings/test-sends/<uuid:key>/": LOOK,
    "/messages/": LOOK,
    "/messages/<int:pk>/": LOOK,
    "/messages/<int:pk>/proof/": LOOK,
    "/metrics/?": LOOK,
    "/openapi.json": LOOK,
    "/opt-outs/": LOOK,
    "/password_change/done/": LOOK,
    "/redoc": LOOK,
    "/redoc/": LOOK,
    "/replies/": LOOK,
    "/search/": LOOK,
    "/segments/": LOOK,
    "/segments/count/": "only counts",
    "/settings/audit/": LOOK,
    "/settings/audit/<int:pk>/": LOOK,
    "/settings/gateways/": LOOK,
    "/settings/gateways/<int:pk>/incidents/": LOOK,
    "/settings/gateways/live/": LOOK,
    "/settings/people/": LOOK,
    "/settings/webhooks/": LOOK,
    "/settings/webhooks/<int:pk>/": LOOK,
    "/settings/webhooks/<int:pk>/live/": LOOK,
}


def api_writes() -> set[tuple[str, str]]:
    """What the API's views do other than show, as their URLs say."""
    return {(method, route) for route, view in _api_views() for method in _methods(view) - LOOKING}


def _api_views() -> Iterator[tuple[str, Any]]:
    api: Any
    (api,) = [each for each in get_resolver().url_patterns if str(each.pattern) == "api/v1/"]
    for pattern in api.url_patterns:
        yield f"/api/v1/{pattern.pattern}", pattern.callback


def _methods(view: Any) -> set[str]:
    given = getattr(view, "actions", None) or [
        name for name in ("post", "put", "patch", "delete") if hasattr(getattr(view, "cls", None), name)
    ]
    return {name.upper() for name in given}
