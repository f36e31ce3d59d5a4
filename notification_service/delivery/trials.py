"""A trial's one request: by the gateway's own adapter, within its limits, beside the lanes of the mailings.

The order is what makes it at most once: taken for good, committed, before the request starts; no
transaction and no connection is held while the gateway answers; what a dead worker leaves ends as unknown.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta

import structlog
from django.db import connection

from notification_service.delivery.clock import DatabaseClock
from notification_service.delivery.config import DeliveryConfig
from notification_service.delivery.gateway_list import KnownGateway, known_gateway
from notification_service.delivery.gateways import Gateway, make_gateway
from notification_service.delivery.limits.rate import LATE_SECONDS
from notification_service.delivery.message_queue import MessageQueue
from notification_service.delivery.messages import GatewayState, Use, printable
from notification_service.delivery.outcome import Accepted, NoResponse, Response
from notification_service.mailings import trials
from notification_service.mailings.gateways import GatewayUnusable
from notification_service.mailings.models import Trial
from notification_service.mailings.trials import TrialEnd

ROOM_SECONDS = 10.0  # to wait for at most, until the gateway's limits allow a request
LOOK_SECONDS = 0.05  # between looks whether they do
RECORD_SECONDS = 5.0  # for the answer to be recorded in

DISABLED = "gateway disabled"
HELD = "gateway held"
NO_ROOM = "gateway busy"
UNUSABLE = "gateway unusable"

Status = Trial.Status
log = structlog.get_logger(__name__)


def send_waiting(
    config: DeliveryConfig,
    *,
    conninfo: str,
    should_stop: Callable[[], bool] = lambda: False,
    room_seconds: float = ROOM_SECONDS,
) -> None:
    """Send the trials that wait, one after another."""
    margin = timedelta(seconds=room_seconds + RECORD_SECONDS)
    usual = timedelta(seconds=config.request_timeout_seconds)
    while not should_stop():
        start_before = time.monotonic() + room_seconds
        trial = trials.take_trial(margin=margin, default_timeout=usual)
        if trial is None:
            return
        end = _send(trial, config, conninfo, start_before)
        trials.end_trial(trial.pk, end)
        log.info("trial ended", message_id=trial.pk, status=str(end.status), reason=end.reason)


def conclude(answer: Response | NoResponse, gateway: Gateway) -> TrialEnd:
    """One answer is all there is: whatever is not taken now has failed."""
    if isinstance(answer, NoResponse):
        return TrialEnd(Status.UNKNOWN if answer.maybe_taken else Status.FAILED, answer.reason)
    words = printable(answer.body)
    match gateway.judge(answer):
        case Accepted():
            return TrialEnd(Status.SENT, answer=words)
        case verdict:
            return TrialEnd(Status.FAILED, verdict.reason, words)


def _send(trial: Trial, config: DeliveryConfig, conninfo: str, start_before: float) -> TrialEnd:
    try:
        known = known_gateway(trial.gateway, config)
        connection.close()  # its place is for others while the gateway takes its time
        return asyncio.run(_TrialRequest(trial, known, conninfo, start_before).send())
    except (GatewayUnusable, ValueError) as error:
        log.error("gateway unusable", gateway=trial.gateway.name, reason=str(error))
        return TrialEnd(Status.FAILED, UNUSABLE)


class _TrialRequest:
    def __init__(self, trial: Trial, known: KnownGateway, conninfo: str, start_before: float) -> None:
        self._trial = trial
        self._known = known
        self._start_before = start_before
        self._clock = DatabaseClock()
        self._queue = MessageQueue(
            conninfo, known.config, claimed_by=f"trial {trial.pk}", gateway_id=known.id
        )
        self._has_share = False

    async def send(self) -> TrialEnd:
        gateway = make_gateway(self._known.kind, self._known.endpoint)
        try:
            if refusal := await self._room():
                return TrialEnd(Status.FAILED, refusal)
            answer = await gateway.send(
                message_id=self._trial.pk, phone=self._trial.phone, text=self._trial.text
            )
            return conclude(answer, gateway)
        finally:
            await gateway.close()
            if self._has_share:
                await self._queue.use_gateway(self._use(limit=None, lease_seconds=0))
            await self._queue.close()

    async def _room(self) -> str:
        """Empty once a request may start; else why none may."""
        try:
            async with asyncio.timeout(self._start_before - time.monotonic()):
                while True:
                    state = await self._queue.gateway_state()
                    if state is None or not state.is_enabled or state.is_held:
                        return HELD if state and state.is_held else DISABLED
                    if await self._is_within_limits(state):
                        return ""
                    await asyncio.sleep(LOOK_SECONDS)
        except TimeoutError:
            return NO_ROOM

    async def _is_within_limits(self, state: GatewayState) -> bool:
        self._clock.set_ahead(state.database_ahead)
        if state.max_concurrency is not None and not await self._take_share(state.max_concurrency):
            return False
        reserved = await self._queue.take_permits(1) if state.has_rate else None
        await self._queue.close()  # before the moment comes: a request starts on time or not at all
        if reserved is None:
            return True
        await asyncio.sleep(max(0.0, reserved.first_at - self._clock.time()))
        return bool(reserved.count) and self._clock.time() <= reserved.first_at + LATE_SECONDS

    async def _take_share(self, limit: int) -> bool:
        """Be one of the workers that share what the gateway takes at once."""
        lease = ROOM_SECONDS + RECORD_SECONDS + self._known.config.request_timeout_seconds
        self._has_share = True
        return bool(await self._queue.use_gateway(self._use(limit=limit, lease_seconds=lease)))

    def _use(self, *, limit: int | None, lease_seconds: float) -> Use:
        return Use(
            limit=limit,
            under_way=0,
            concurrency=1,
            full_concurrency=1,
            latency_seconds=None,
            lease_seconds=lease_seconds,
        )
