"""What both transports are told: the address, the key, how long to wait and how often."""

from dataclasses import dataclass, field
from typing import Any

import httpx

from notification_service_client.request import Request
from notification_service_client.retries import Retries
from notification_service_client.version import VERSION


@dataclass(frozen=True, slots=True)
class Connection:
    url: str
    key: str = field(repr=False)
    timeout_seconds: float
    retries: Retries

    def arguments(self, request: Request[Any]) -> dict[str, Any]:
        """For httpx."""
        read_seconds = max(self.timeout_seconds, request.may_take_seconds or 0)
        return {
            "method": request.method,
            "url": self.url.rstrip("/").removesuffix("/api") + request.path,
            "params": request.query,
            "content": request.content,
            "headers": {
                "Authorization": f"Bearer {self.key}",
                "User-Agent": f"notification-service-client/{VERSION}",
                **request.headers,
            },
            "timeout": httpx.Timeout(self.timeout_seconds, read=read_seconds),
        }
