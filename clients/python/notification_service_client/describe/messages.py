from datetime import datetime
from typing import Literal, TypedDict, Unpack

from notification_service_client.describe.parts import read
from notification_service_client.models import Message, MessageDetail, MessageStatus
from notification_service_client.request import Request


class MessageQuery(TypedDict, total=False):
    mailing: int
    client: int
    status: MessageStatus
    code: str
    created_from: datetime
    created_before: datetime
    sent_from: datetime
    sent_before: datetime
    ordering: Literal["-id", "id"]
    page_size: int


def get(message: Message | int) -> Request[MessageDetail]:
    """With its failed attempts."""
    return read(f"/api/v1/messages/{message if isinstance(message, int) else message.id}/", MessageDetail)


def every(**query: Unpack[MessageQuery]) -> Request[Message]:
    """One by one; pages are fetched as they are needed."""
    return read("/api/v1/messages/", Message, query)
