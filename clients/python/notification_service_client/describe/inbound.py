from datetime import datetime
from typing import Literal, TypedDict, Unpack

from notification_service_client.describe.parts import read
from notification_service_client.models import Inbound
from notification_service_client.request import Request


class InboundQuery(TypedDict, total=False):
    phone: str
    gateway: str
    is_stop: Literal["true", "false"]
    received_from: datetime
    received_before: datetime
    ordering: Literal["-id", "id"]
    page_size: int


def every(**query: Unpack[InboundQuery]) -> Request[Inbound]:
    """Replies, one by one; pages are fetched as they are needed."""
    return read("/api/v1/inbound/", Inbound, query)
