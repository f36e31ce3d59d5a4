"""Every example of a request in the document is sent, and is accepted."""

import json
from typing import Any

import pytest
from django.db import connection

from notification_service.directory.importing.uploads.incoming import IncomingFile
from notification_service.directory.models import ClientUpload
from notification_service.mailings.gateways import replace_receipt_key
from notification_service.mailings.models import Gateway
from notification_service.mailings.templates import create_template
from notification_service.webhooks.changes import create_webhook
from notification_service.webhooks.events import Event
from notification_service.webhooks.models import Webhook, WebhookDelivery
from tests.api.conftest import Api
from tests.api.test_openapi import SNAPSHOT
from tests.console.conftest import make_person
from tests.factories import make_client, make_gateway, make_mailing, make_segment, now

pytestmark = pytest.mark.django_db

FILE = b"phone,time zone,city\n79161234568,MSK,Omsk\n"


def _requests() -> list[Any]:
    paths = json.loads(SNAPSHOT.read_text())["paths"]
    return [
        pytest.param(method, path, media_type, example["value"], id=f"{method} {path} {media_type} {name}")
        for path, methods in paths.items()
        for method, operation in methods.items()
        for media_type, body in operation.get("requestBody", {"content": {}})["content"].items()
        for name, example in body["examples"].items()
    ]


@pytest.fixture
def ids(monkeypatch: pytest.MonkeyPatch, settings: Any) -> dict[str, int]:
    """One row of each kind, by the part of the address that is about it."""
    monkeypatch.setenv("GATEWAY_TOKEN_BACKUP", "secret")
    monkeypatch.setenv("GATEWAY_TOKEN_SHOP", "secret")
    settings.GATEWAY_ALLOW_PRIVATE_ADDRESSES = True
    make_mailing(pk=1)  # which the example of a filter names
    client = make_client(pk=1, phone="79031112233", attributes={"name": "Anna", "order": 1042})
    with connection.cursor() as cursor:
        for table in ("directory_client", "mailings_mailing"):
            cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), 1)", [table])
    return {
        "clients": client.pk,
        "mailings": 1,
        "segments": make_segment().pk,
        "templates": create_template(name="Hello", text="Hello").pk,
        "gateways": make_gateway().pk,
        "people": make_person("operator").pk,
        "imports": _waiting_file().pk,
        "webhooks": _webhook().pk,
    }


def _webhook() -> Webhook:
    """One that is told of everything, with what the example of a new attempt names."""
    webhook, _ = create_webhook(url="https://127.0.0.1/hook", events=list(Event))
    failed = {"webhook": webhook, "event": Event.MAILING_FINISHED, "status": "failed", "ended_at": now()}
    for pk in (7, 8):
        WebhookDelivery.objects.create(pk=pk, **failed)
    return webhook


def _waiting_file() -> ClientUpload:
    arriving = IncomingFile(file_name="clients.csv", by="anna")
    arriving.write(FILE)
    return arriving.finish()


@pytest.mark.parametrize(("method", "path", "media_type", "value"), _requests())
def test_an_example_of_a_request_is_accepted(
    admin: Api, ids: dict[str, int], method: str, path: str, media_type: str, value: Any
) -> None:
    subject = path.split("/")[3]
    address = path.replace("{id}", str(ids.get(subject, 1))).replace("{phone}", "79161234567")
    if "{name}" in path:  # of a gateway, at which its provider shows its own key
        gateway = Gateway.objects.get(name="main")
        address = f"{address.replace('{name}', gateway.name)}{replace_receipt_key(gateway.pk)}/"
    body = value.encode() if isinstance(value, str) else value
    answer = admin.send(method.upper(), address, body, content_type=media_type)
    assert answer.status_code in (200, 201, 202), answer.content.decode()
