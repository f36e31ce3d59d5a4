from datetime import datetime
from pathlib import Path
from typing import Literal, TypedDict, Unpack
from uuid import uuid4

from notification_service_client.describe.clients import IMPORT_SECONDS
from notification_service_client.describe.parts import read, send
from notification_service_client.models import Consent, ImportResult
from notification_service_client.request import Request


class ConsentOptions(TypedDict, total=False):
    topic: str
    given_at: datetime
    evidence: str


class ConsentQuery(TypedDict, total=False):
    phone: str
    topic: str
    state: Literal["in_force", "revoked"]
    ordering: Literal["-id", "id"]
    page_size: int


def create(*, phone: str, **options: Unpack[ConsentOptions]) -> Request[Consent]:
    """To everything, without a topic. One that is in force already is returned as it is."""
    return send("POST", "/api/v1/consents/", Consent, {"phone": phone, **options}, repeatable=True)


def get(consent: Consent | int) -> Request[Consent]:
    return read(_address(consent), Consent)


def revoke(consent: Consent | int) -> Request[None]:
    return Request("DELETE", _address(consent), type(None), repeatable=True)


def every(**query: Unpack[ConsentQuery]) -> Request[Consent]:
    """One by one; pages are fetched as they are needed."""
    return read("/api/v1/consents/", Consent, query)


def import_csv(file: Path | bytes, *, idempotency_key: str | None = None) -> Request[ImportResult]:
    """What is in force already stays as it is, so the same file may be sent again."""
    return Request(
        "POST",
        "/api/v1/consents/import/",
        ImportResult,
        content=file.read_bytes() if isinstance(file, Path) else file,
        headers={"Content-Type": "text/csv", "Idempotency-Key": idempotency_key or str(uuid4())},
        repeatable=True,
        may_take_seconds=IMPORT_SECONDS,
    )


def _address(consent: Consent | int) -> str:
    return f"/api/v1/consents/{consent if isinstance(consent, int) else consent.id}/"
