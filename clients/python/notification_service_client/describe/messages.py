from collections.abc import Sequence
from datetime import datetime
from typing import Literal, TypedDict, TypeVar, Unpack
from uuid import uuid4

from notification_service_client.describe.parts import read, send
from notification_service_client.models import (
    Message,
    MessageDetail,
    MessageResults,
    MessageStatus,
    SendWindow,
)
from notification_service_client.request import Request

T = TypeVar("T")


class MessageOptions(TypedDict, total=False):
    """To a phone or to a client."""

    phone: str
    client: int
    end_at: datetime
    send_window: SendWindow | None
    gateway: str | None
    topic: str
    ignores_opt_outs: bool
    reference: str


class NewMessage(MessageOptions):
    text: str


class MessageQuery(TypedDict, total=False):
    mailing: int
    client: int
    single: Literal["true", "false"]
    reference: str
    status: MessageStatus
    code: str
    delivery: Literal["delivered", "undelivered", "awaited"]
    created_from: datetime
    created_before: datetime
    sent_from: datetime
    sent_before: datetime
    ordering: Literal["-id", "id"]
    page_size: int


def create(
    *, text: str, idempotency_key: str | None = None, **options: Unpack[MessageOptions]
) -> Request[Message]:
    """Send a single message, which belongs to no mailing."""
    return _post({"text": text, **options}, Message, idempotency_key)


def create_many(new: Sequence[NewMessage], *, idempotency_key: str | None = None) -> Request[MessageResults]:
    """Send up to 1,000. The good ones are taken; there is a result for each, in their order."""
    return _post({"messages": list(new)}, MessageResults, idempotency_key)


def _post(body: object, result: type[T], idempotency_key: str | None) -> Request[T]:
    headers = {"Idempotency-Key": idempotency_key or str(uuid4())}
    return send("POST", "/api/v1/messages/", result, body, headers=headers, repeatable=True)


def get(message: Message | int) -> Request[MessageDetail]:
    """With its failed attempts."""
    return read(f"/api/v1/messages/{message if isinstance(message, int) else message.id}/", MessageDetail)


def every(**query: Unpack[MessageQuery]) -> Request[Message]:
    """One by one; pages are fetched as they are needed."""
    return read("/api/v1/messages/", Message, query)
