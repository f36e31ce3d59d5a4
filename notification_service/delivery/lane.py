"""All that one worker has for one gateway. Lanes share nothing but the event loop."""

import resource
import sys
import threading
from random import Random

from notification_service.delivery.database import Database
from notification_service.delivery.gateway_list import ListedGateway
from notification_service.delivery.gateways import Concealer, GatewayAdapter
from notification_service.delivery.limits.breaker import Breaker
from notification_service.delivery.limits.claim_size import ClaimSizer
from notification_service.delivery.limits.concurrency import AdaptiveConcurrency
from notification_service.delivery.limits.rate import SPREAD, PermitPool
from notification_service.delivery.limits.stragglers import MOST, Stragglers
from notification_service.delivery.limits.throughput import Throughput
from notification_service.delivery.preferences import Preferences
from notification_service.delivery.shared_state import SharedState
from notification_service.delivery.telemetry import Meters, Traces

PART_OF_FILES = 8  # that a process may have open: for the stragglers of one gateway; others may hang, too


class Lane:
    def __init__(self, listed: ListedGateway, *, gateway: GatewayAdapter, conninfo: str, worker: str) -> None:
        self.listed = listed
        self.config = config = listed.config
        self.gateway = gateway
        self.concealer = Concealer(listed.settings.token)
        # Claiming and recording overlap: each has a connection of its own.
        self.claims, self.records = (
            Database(conninfo, worker=worker, gateway_id=listed.id, lease_seconds=config.lease_seconds)
            for _ in range(2)
        )
        self.claim_size = ClaimSizer(config)
        self.concurrency = AdaptiveConcurrency(
            full=config.max_concurrency, timeout_seconds=config.request_timeout_seconds
        )
        self.breaker = Breaker(limit=config.breaker_failures)
        self.stragglers = Stragglers(most=min(MOST, open_files() // PART_OF_FILES))
        self.permits = PermitPool()
        self.preferences = Preferences()
        self.random = Random()  # noqa: S311 (it spreads the load, and is no secret)
        self.throughput = Throughput()
        self.shared = SharedState(config, self.records, self.concurrency, self.throughput)
        self.meters = Meters(listed.name, log_sent=config.log_sent)
        self.traces = Traces(listed.name)
        self.stopping = threading.Event()  # no request starts any more; set by any thread

    @property
    def rate(self) -> float:
        """Return how many messages a second the gateway takes of all workers; 0: nobody knows.

        It does not follow each response: who is preferred would change with it from claim to claim.
        """
        most, own = self.shared.max_rate, self.throughput.per_second or self._rate_by_latency
        possible = own and own + self.shared.others_per_second
        return min(most / SPREAD, possible or most) if most else possible

    @property
    def _rate_by_latency(self) -> float:
        latency = self.concurrency.latency_seconds
        return self.concurrency.limit / latency if latency else 0.0

    async def close(self) -> None:
        await self.claims.close()
        await self.records.close()
        await self.gateway.close()


def open_files() -> int:
    """As many as this process may have."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return sys.maxsize if soft == resource.RLIM_INFINITY else soft
