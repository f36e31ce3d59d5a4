from typing import TypedDict, Unpack
from uuid import uuid4

from notification_service_client.describe.parts import address, change, if_unchanged, read, send
from notification_service_client.models import Template, TemplateVersion
from notification_service_client.request import Request


class TemplateChanges(TypedDict, total=False):
    name: str
    text: str


def create(*, name: str, text: str, idempotency_key: str | None = None) -> Request[Template]:
    headers = {"Idempotency-Key": idempotency_key or str(uuid4())}
    body = {"name": name, "text": text}
    return send("POST", "/api/v1/templates/", Template, body, headers=headers, repeatable=True)


def get(template: Template | int) -> Request[Template]:
    return read(address("templates", template), Template)


def update(template: Template | int, **changes: Unpack[TemplateChanges]) -> Request[Template]:
    """Make a new version. Raises ChangedError if the template passed is not as it was read."""
    return change("PATCH", address("templates", template), Template, template, changes)


def delete(template: Template | int) -> Request[None]:
    return Request("DELETE", address("templates", template), type(None), headers=if_unchanged(template))


def every() -> Request[Template]:
    """One by one; pages are fetched as they are needed."""
    return read("/api/v1/templates/", Template)


def versions(template: Template | int) -> Request[TemplateVersion]:
    """From the newest on; pages are fetched as they are needed."""
    return read(f"{address('templates', template)}versions/", TemplateVersion)
