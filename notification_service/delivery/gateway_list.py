"""Which gateways a worker sends to: the rows that are enabled and can be reached as they stand."""

import threading
from dataclasses import dataclass, replace

import structlog
from django.db import Error

from notification_service.delivery.config import DeliveryConfig
from notification_service.delivery.gateways import KINDS, GatewaySettings, check_settings
from notification_service.mailings.gateways import GatewayUnusable, Problem, endpoint, note_usability
from notification_service.mailings.models import Gateway

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

    def __init__(self, config: DeliveryConfig, *, worker: str) -> None:
        self._config, self._worker = config, worker
        self._reading = threading.Lock()
        self._unusable: dict[int, GatewayUnusable] = {}  # why, by the gateway's id
        self.gateways: tuple[ListedGateway, ...] = ()

    def refresh(self) -> None:
        if not self._reading.acquire(blocking=False):
            return
        try:
            rows = list(Gateway.objects.filter(enabled=True).order_by("id"))
            listed, unusable = self._sort(rows)
            self._say_unusable(rows, unusable)
            self.gateways, self._unusable = listed, unusable
        except Error as error:
            log.warning("gateways not read", error=str(error).strip())
        finally:
            self._reading.release()

    def _sort(self, rows: list[Gateway]) -> tuple[tuple[ListedGateway, ...], dict[int, GatewayUnusable]]:
        listed, unusable = [], {}
        known = {gateway.id: gateway for gateway in self.gateways}
        for row in rows:
            try:
                gateway = list_gateway(row, self._config)
                if gateway != known.get(row.pk):
                    check_settings(gateway.kind, gateway.settings)
                listed.append(gateway)
            except GatewayUnusable as error:
                unusable[row.pk] = error
            except (ValueError, OSError) as error:
                unusable[row.pk] = GatewayUnusable(Problem.SETTING_UNUSABLE, str(error))
        return tuple(listed), unusable

    def _say_unusable(self, rows: list[Gateway], unusable: dict[int, GatewayUnusable]) -> None:
        for row in rows:
            now, before = unusable.get(row.pk), self._unusable.get(row.pk)
            if now and not (before and before.reason == now.reason):
                log.error("gateway unusable", gateway=row.name, reason=now.reason, code=now.problem.value)
            if now or before:
                note_usability(row.pk, worker=self._worker, unusable=now)


def list_gateway(row: Gateway, config: DeliveryConfig) -> ListedGateway:
    """Raises GatewayUnusable and ValueError where nothing can be sent to it as it stands."""
    if row.kind not in KINDS:  # a later version's, while workers are replaced one by one
        raise ValueError(f"this version knows no gateways of kind {row.kind}")
    address = endpoint(row)
    config = _with_times_of(row, config)
    settings = GatewaySettings(
        url=address.url,
        token=address.token,
        connect_timeout_seconds=config.connect_timeout_seconds,
        request_timeout_seconds=config.request_timeout_seconds,
        proxy=address.proxy,
        is_allowed=address.is_allowed,
    )
    return ListedGateway(row.pk, row.name, row.kind, settings, config)


def _with_times_of(row: Gateway, config: DeliveryConfig) -> DeliveryConfig:
    """The gateway's own time limits; where a request may take longer, so does the lease."""
    seconds = row.request_timeout_seconds or config.request_timeout_seconds
    longer = max(0.0, seconds - config.request_timeout_seconds)
    return replace(
        config,
        connect_timeout_seconds=row.connect_timeout_seconds or config.connect_timeout_seconds,
        request_timeout_seconds=seconds,
        lease_seconds=config.lease_seconds + longer,
    )
