from pathlib import Path
from typing import Literal, TypedDict, Unpack
from uuid import uuid4

from notification_service_client.describe.clients import IMPORT_SECONDS
from notification_service_client.describe.parts import read, send
from notification_service_client.models import ImportResult, OptOut
from notification_service_client.request import Request


class OptOutOptions(TypedDict, total=False):
    topic: str
    reason: str
    source: str


class OptOutQuery(TypedDict, total=False):
    phone: str
    topic: str
    ordering: Literal["-id", "id"]
    page_size: int


def create(*, phone: str, **options: Unpack[OptOutOptions]) -> Request[OptOut]:
    """Of everything, without a topic. One that is in force already is returned as it is."""
    return send("POST", "/api/v1/opt-outs/", OptOut, {"phone": phone, **options}, repeatable=True)


def get(opt_out: OptOut | int) -> Request[OptOut]:
    return read(_address(opt_out), OptOut)


def withdraw(opt_out: OptOut | int) -> Request[None]:
    return Request("DELETE", _address(opt_out), type(None))


def every(**query: Unpack[OptOutQuery]) -> Request[OptOut]:
    """One by one; pages are fetched as they are needed."""
    return read("/api/v1/opt-outs/", OptOut, query)


def import_csv(file: Path | bytes, *, idempotency_key: str | None = None) -> Request[ImportResult]:
    """What is in force already stays as it is, so the same file may be sent again."""
    return Request(
        "POST",
        "/api/v1/opt-outs/import/",
        ImportResult,
        content=file.read_bytes() if isinstance(file, Path) else file,
        headers={"Content-Type": "text/csv", "Idempotency-Key": idempotency_key or str(uuid4())},
        repeatable=True,
        may_take_seconds=IMPORT_SECONDS,
    )


def _address(opt_out: OptOut | int) -> str:
    return f"/api/v1/opt-outs/{opt_out if isinstance(opt_out, int) else opt_out.id}/"
