from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal, TypedDict, Unpack
from uuid import uuid4

from notification_service_client.describe.parts import address, change, if_unchanged, read, send
from notification_service_client.models import Attribute, Client, ImportResult
from notification_service_client.request import Request

IMPORT_SECONDS = 1800


class ClientOptions(TypedDict, total=False):
    operator_code: str
    tag: str
    external_id: str | None
    tags: Sequence[str]
    attributes: Mapping[str, Attribute]


class ClientChanges(ClientOptions, total=False):
    phone: str
    timezone: str


class ClientQuery(TypedDict, total=False):
    phone: str
    operator_code: str
    tag: str
    timezone: str
    search: str
    external_id: str
    updated_from: datetime
    ordering: Literal["-id", "id", "phone", "-phone"]
    page_size: int


def create(
    *, phone: str, timezone: str, idempotency_key: str | None = None, **options: Unpack[ClientOptions]
) -> Request[Client]:
    """Raises ConflictError, with `existing`, where the phone is known."""
    body = {"phone": phone, "timezone": timezone, **options}
    headers = {"Idempotency-Key": idempotency_key or str(uuid4())}
    return send("POST", "/api/v1/clients/", Client, body, headers=headers, repeatable=True)


def get(client: Client | int) -> Request[Client]:
    return read(address("clients", client), Client)


def update(client: Client | int, **changes: Unpack[ClientChanges]) -> Request[Client]:
    """Change the fields given. Raises ChangedError if the client passed is not as it was read."""
    return change("PATCH", address("clients", client), Client, client, changes)


def put(*, phone: str, timezone: str, **options: Unpack[ClientOptions]) -> Request[Client]:
    """Create the client with this phone, or replace every field of the one who has it."""
    body = {"phone": phone, "timezone": timezone, **options}
    return send("PUT", f"/api/v1/clients/by-phone/{phone}/", Client, body, repeatable=True)


def delete(client: Client | int) -> Request[None]:
    """Raises ChangedError if the client passed is not as it was read."""
    return Request("DELETE", address("clients", client), type(None), headers=if_unchanged(client))


def every(**query: Unpack[ClientQuery]) -> Request[Client]:
    """One by one; pages are fetched as they are needed."""
    return read("/api/v1/clients/", Client, query)


def import_csv(
    file: Path | bytes,
    *,
    tags: Literal["replace", "add"] = "replace",
    idempotency_key: str | None = None,
) -> Request[ImportResult]:
    """New phones are created, known ones updated, so the same file may be sent again.

    The tags of the file replace those that a client has, or are added to them.
    """
    content = file.read_bytes() if isinstance(file, Path) else file
    return Request(
        "POST",
        "/api/v1/clients/import/",
        ImportResult,
        query={"tags": tags},
        content=content,
        headers={"Content-Type": "text/csv", "Idempotency-Key": idempotency_key or str(uuid4())},
        repeatable=True,
        may_take_seconds=IMPORT_SECONDS,
    )
