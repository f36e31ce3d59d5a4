"""Which gateways a worker sends to: the rows that are enabled and can be reached as they stand."""

import threading
import time
from dataclasses import dataclass, replace

import structlog
from django.db import Error

from notification_service.delivery.config import DeliveryConfig
from notification_service.delivery.gateways import KINDS, GatewaySettings
from notification_service.mailings.gateways import GatewayUnusable, endpoint
from notification_service.mailings.models import Gateway

RESOLVED_SECONDS = 60.0  # after which a gateway's address and token are worked out anew

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ListedGateway:
    id: int
    name: str
    kind: str
    settings: GatewaySettings
    config: DeliveryConfig  # with the gateway's own time limits


class GatewayList:
    """Read by any thread, by one at a time; while the database is away it stays as it was."""

    def __init__(self, config: DeliveryConfig) -> None:
        self._config = config
        self._reading = threading.Lock()
        self._resolved: dict[tuple[object, ...], tuple[float, ListedGateway | None]] = {}
        self.gateways: tuple[ListedGateway, ...] = ()

    def refresh(self) -> None:
        if not self._reading.acquire(blocking=False):
            return
        try:
            rows = list(Gateway.objects.filter(enabled=True).order_by("id"))
            resolved = {_key(row): self._resolve(row) for row in rows}
            self._resolved = resolved
            self.gateways = tuple(gateway for _, gateway in resolved.values() if gateway)
        except Error as error:
            log.warning("gateways not read", error=str(error).strip())
        finally:
            self._reading.release()

    def _resolve(self, row: Gateway) -> tuple[float, ListedGateway | None]:
        known = self._resolved.get(_key(row))
        if known and time.monotonic() < known[0] + RESOLVED_SECONDS:
            return known
        try:
            return time.monotonic(), resolve_gateway(row, self._config)
        except (GatewayUnusable, ValueError) as error:
            log.error("gateway unusable", gateway=row.name, reason=str(error))
            return time.monotonic(), None


def resolve_gateway(row: Gateway, config: DeliveryConfig) -> ListedGateway:
    """Raises GatewayUnusable and ValueError. Resolves the URL's name: it may take seconds."""
    if row.kind not in KINDS:  # a later version's, while workers are replaced one by one
        raise ValueError(f"this version knows no gateways of kind {row.kind}")
    address = endpoint(row)
    config = replace(
        config,
        connect_timeout_seconds=row.connect_timeout_seconds or config.connect_timeout_seconds,
        request_timeout_seconds=row.request_timeout_seconds or config.request_timeout_seconds,
    )
    settings = GatewaySettings(
        url=address.url,
        token=address.token,
        connect_timeout_seconds=config.connect_timeout_seconds,
        request_timeout_seconds=config.request_timeout_seconds,
        max_concurrency=config.max_concurrency,
    )
    return ListedGateway(row.pk, row.name, row.kind, settings, config)


def _key(row: Gateway) -> tuple[object, ...]:
    """What makes a row another gateway; its breaker and its limits do not."""
    return (
        row.pk, row.name, row.kind, row.url, row.token_variable, bytes(row.token_encrypted or b""),
        row.connect_timeout_seconds, row.request_timeout_seconds,
    )  # fmt: skip
