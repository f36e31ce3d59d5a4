from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NotRequired, TypedDict

from notification_service_client.describe.parts import read, send
from notification_service_client.models import Gateway, InboundTaken, ReceiptKey, ReceiptsTaken
from notification_service_client.request import Request


class Receipt(TypedDict):
    id: int
    status: Literal["delivered", "undelivered"]
    at: NotRequired[datetime | None]
    reason: NotRequired[str | None]


def every() -> Request[Gateway]:
    """One by one; pages are fetched as they are needed."""
    return read("/api/v1/gateways/", Gateway)


def receipt_key(gateway: Gateway | int) -> Request[ReceiptKey]:
    """With which a provider sends receipts and replies, and where."""
    return read(_key_address(gateway), ReceiptKey)


def replace_receipt_key(gateway: Gateway | int) -> Request[ReceiptKey]:
    """The old one is refused at once."""
    return Request("POST", _key_address(gateway), ReceiptKey)


def send_receipts(gateway: Gateway | str, receipts: Sequence[Receipt]) -> Request[ReceiptsTaken]:
    """Tell as a provider does, up to 1,000 at once, with the gateway's receipt key in place of an API key.

    For gateways without settings of their own for receipts. They may be sent again.
    """
    path = f"/api/v1/gateways/{_name(gateway)}/receipts/"
    return send("POST", path, ReceiptsTaken, list(receipts), repeatable=True)


def send_reply(gateway: Gateway | str, *, phone: str, text: str, at: datetime) -> Request[InboundTaken]:
    """Pass on what somebody wrote, with the gateway's receipt key. It is kept once."""
    body = {"phone": phone, "text": text, "at": at}
    path = f"/api/v1/gateways/{_name(gateway)}/inbound/"
    return send("POST", path, InboundTaken, body, repeatable=True)


def _key_address(gateway: Gateway | int) -> str:
    return f"/api/v1/gateways/{gateway if isinstance(gateway, int) else gateway.id}/receipt-key/"


def _name(gateway: Gateway | str) -> str:
    return gateway if isinstance(gateway, str) else gateway.name
