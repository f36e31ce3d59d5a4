"""The gateways that a worker sends to: the rows that are enabled and usable as they are."""

import threading
from dataclasses import dataclass, replace

import structlog
from django.db import Error

from notification_service.delivery.config import DeliveryConfig
from notification_service.delivery.gateways import KINDS, GatewaySettings, check_settings
from notification_service.mailings.gateways import GatewayFault, GatewayUnusable, endpoint, note_usability
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
    """Any thread can refresh it, one at a time. While the database is away, it stays as it was."""

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
            log.warning("gateway list not refreshed", error=str(error).strip())
        finally:
            self._reading.release()

    def forget(self, gateway_id: int) -> None:
        """Nothing can be sent to it as it was listed: the next refresh finds out why, and says so."""
        self.gateways = tuple(gateway for gateway in self.gateways if gateway.id != gateway_id)

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
                unusable[row.pk] = GatewayUnusable(GatewayFault.SETTING_UNUSABLE, str(error))
        return tuple(listed), unusable

    def _say_unusable(self, rows: list[Gateway], unusable: dict[int, GatewayUnusable]) -> None:
        for row in rows:
            now, before = unusable.get(row.pk), self._unusable.get(row.pk)
            if now and not (before and before.reason == now.reason):
                log.error("gateway unusable", gateway=row.name, reason=now.reason, code=now.problem.value)
            if now or before:
                note_usability(row.pk, worker=self._worker, unusable=now)


def list_gateway(row: Gateway, config: DeliveryConfig) -> ListedGateway:
    """Raises GatewayUnusable and ValueError if nothing can be sent to it as it is."""
    if row.kind not in KINDS:  # of a later version, while workers are replaced one by one
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
        ca=address.ca,
        certificate=address.certificate,
        key=address.key,
        config=address.config,
    )
    return ListedGateway(row.pk, row.name, row.kind, settings, config)


def _with_times_of(row: Gateway, config: DeliveryConfig) -> DeliveryConfig:
    """Use the gateway's own time limits. If a request may take longer, the lease is longer, too."""
    seconds = row.request_timeout_seconds or config.request_timeout_seconds
    longer = max(0.0, seconds - config.request_timeout_seconds)
    return replace(
        config,
        connect_timeout_seconds=row.connect_timeout_seconds or config.connect_timeout_seconds,
        request_timeout_seconds=seconds,
        lease_seconds=config.lease_seconds + longer,
    )
