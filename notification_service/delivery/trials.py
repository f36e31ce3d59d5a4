"""A trial's one request: by the gateway's own adapter, within its limits, beside the lanes of the mailings.

The order is what makes it at most once: taken for good, committed, before the request starts; no
transaction and no connection is held while the gateway takes its time; what a dead worker leaves ends
as unknown.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog
from django.db import connection

from notification_service.delivery.clock import DatabaseClock
from notification_service.delivery.config import DeliveryConfig
from notification_service.delivery.database import Database
from notification_service.delivery.gateway_list import ListedGateway, list_gateway
from notification_service.delivery.gateway_row import GatewayRow, GatewaySnapshot, Usage
from notification_service.delivery.gateways import Gateway, make_gateway
from notification_service.delivery.limits.rate import LATE_SECONDS
from notification_service.delivery.outcome import OUR_ERROR, Accepted, NoResponse, Response
from notification_service.delivery.record import printable
from notification_service.delivery.send import response_to
from notification_service.delivery.steady import steady_seconds
from notification_service.mailings import trials
from notification_service.mailings.gateways import GatewayUnusable
from notification_service.mailings.models import Trial
from notification_service.mailings.reasons import Reason, Why
from notification_service.mailings.trials import TrialEnd

ROOM_SECONDS = 10.0  # to wait for at most, until the gateway's limits allow a request
LOOK_SECONDS = 0.05  # between looks whether they do
RECORD_SECONDS = 5.0  # for the response to be recorded in

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
        start_before = steady_seconds() + room_seconds
        trial = trials.take_trial(margin=margin, default_timeout=usual)
        if trial is None:
            return
        end = _send(trial, config, conninfo, start_before)
        trials.end_trial(trial.pk, end)
        reason = end.reason and str(end.reason)
        log.info("trial ended", message_id=trial.pk, status=str(end.status), reason=reason)


def conclude(response: Response | NoResponse, gateway: Gateway) -> TrialEnd:
    """One response is all there is: whatever is not taken now has failed."""
    if isinstance(response, NoResponse) and response.partial:
        judged = conclude(response.partial, gateway)
        if judged.status == Status.SENT:
            return judged
    if isinstance(response, NoResponse):
        return TrialEnd(Status.UNKNOWN if response.maybe_taken else Status.FAILED, response.reason)
    try:
        return _judged(response, gateway)
    except (Exception, asyncio.CancelledError):
        log.exception("response not judged")  # ours to mend; it may have been taken
        return TrialEnd(Status.UNKNOWN, OUR_ERROR)


def _judged(response: Response, gateway: Gateway) -> TrialEnd:
    words = printable(response.body)
    match gateway.judge(response):
        case Accepted():
            return TrialEnd(Status.SENT, answer=words)
        case verdict:
            return TrialEnd(Status.FAILED, verdict.reason, words)


def _send(trial: Trial, config: DeliveryConfig, conninfo: str, start_before: float) -> TrialEnd:
    try:
        listed = list_gateway(trial.gateway, config)
        connection.close()  # its place is for others while the gateway takes its time
        request = _TrialRequest(trial, listed, conninfo, start_before)
    except (GatewayUnusable, ValueError, OSError) as error:
        log.error("gateway unusable", gateway=trial.gateway.name, reason=str(error))
        return TrialEnd(Status.FAILED, Why(Reason.GATEWAY_UNUSABLE))
    try:
        asyncio.run(request.send())
    except Exception:  # ours to mend; what came of a request is known by then
        log.exception("trial broke off", message_id=trial.pk)
    return request.end


class _TrialRequest:
    def __init__(self, trial: Trial, listed: ListedGateway, conninfo: str, start_before: float) -> None:
        self._trial = trial
        self._listed = listed
        self._start_before = start_before
        self._clock = DatabaseClock()
        self._database = Database(
            conninfo,
            worker=f"trial {trial.pk}",
            gateway_id=listed.id,
            lease_seconds=listed.config.lease_seconds,
        )
        self._row = GatewayRow(self._database, listed.config)
        self._has_quota = False
        self._gateway = make_gateway(listed.kind, listed.settings)
        self.end = TrialEnd(Status.FAILED, OUR_ERROR)  # unless a request begins

    async def send(self) -> None:
        try:
            if refusal := await self._room():
                self.end = TrialEnd(Status.FAILED, Why(refusal))
                return
            response = await response_to(self._ask, message_id=self._trial.pk)
            self.end = conclude(response, self._gateway)
        finally:
            await self._gateway.close()
            if self._has_quota:
                await self._row.report(Usage(limit=None, lease_seconds=0))
            await self._database.close()

    def _ask(self) -> Awaitable[Response | NoResponse]:
        trial = self._trial
        return self._gateway.send(message_id=trial.pk, phone=trial.phone, text=trial.text)

    async def _room(self) -> Reason | None:
        """None once a request may start; else why none may."""
        try:
            async with asyncio.timeout(self._start_before - steady_seconds()):
                while True:
                    gateway = await self._row.snapshot()
                    if gateway is None or not gateway.is_enabled or gateway.is_held:
                        is_held = gateway is not None and gateway.is_held
                        return Reason.GATEWAY_HELD if is_held else Reason.GATEWAY_DISABLED
                    if await self._is_within_limits(gateway):
                        return None
                    await asyncio.sleep(LOOK_SECONDS)
        except TimeoutError:
            return Reason.GATEWAY_BUSY

    async def _is_within_limits(self, gateway: GatewaySnapshot) -> bool:
        self._clock.set_ahead(gateway.database_ahead)
        if gateway.max_concurrency is not None and not await self._take_quota(gateway.max_concurrency):
            return False
        permit = await self._row.take_permits(1) if gateway.has_rate else None
        await self._database.close()  # before its time comes: a request starts on time or not at all
        if permit is None:
            return True
        await asyncio.sleep(max(0.0, permit.first_at - self._clock.time()))
        return bool(permit.count) and self._clock.time() <= permit.first_at + LATE_SECONDS

    async def _take_quota(self, limit: int) -> bool:
        """Be one of the workers that share what the gateway takes at once."""
        lease = ROOM_SECONDS + RECORD_SECONDS + self._listed.config.request_timeout_seconds
        self._has_quota = True
        return bool(await self._row.report(Usage(limit=limit, lease_seconds=lease)))
