"""A test send's one request: by the gateway's own adapter, within its limits, independent of the lanes.

The order makes it at most once. The test send is taken for good, and this is committed, before the request
starts. No transaction and no connection is held during the request. If the worker dies, the test send ends as
unknown.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import structlog
from django.db import connection

from notification_service.delivery.clock import DatabaseClock
from notification_service.delivery.config import DeliveryConfig
from notification_service.delivery.database import Database
from notification_service.delivery.gateway_list import ListedGateway, list_gateway
from notification_service.delivery.gateway_row import GatewayRow, GatewaySnapshot, Usage
from notification_service.delivery.gateways import Concealer, GatewayAdapter, make_gateway, shown_request
from notification_service.delivery.limits.rate import LATE_SECONDS
from notification_service.delivery.outcome import OUR_ERROR, Accepted, NoResponse, Response
from notification_service.delivery.outcome_rows import printable
from notification_service.delivery.send import response_to
from notification_service.delivery.steady import steady_seconds
from notification_service.mailings import test_sends
from notification_service.mailings.gateways import GatewayUnusable
from notification_service.mailings.models import TestSend
from notification_service.mailings.reasons import Reason, Why
from notification_service.mailings.test_sends import TestSendEnd
from notification_service.observability.logs import mask_phones

ROOM_SECONDS = 10.0  # to wait at most, until the gateway's limits allow a request
LOOK_SECONDS = 0.05  # between checks whether they do
PROVIDER_ID_CHARACTERS = 200
RECORD_SECONDS = 5.0  # to record the result

Status = TestSend.Status
log = structlog.get_logger(__name__)


def send_waiting(
    config: DeliveryConfig,
    *,
    conninfo: str,
    should_stop: Callable[[], bool] = lambda: False,
    room_seconds: float = ROOM_SECONDS,
) -> None:
    """Make the test sends that wait, one after another."""
    margin = timedelta(seconds=room_seconds + RECORD_SECONDS)
    usual = timedelta(seconds=config.request_timeout_seconds)
    while not should_stop():
        start_before = steady_seconds() + room_seconds
        test_send = test_sends.take_test_send(margin=margin, default_timeout=usual)
        if test_send is None:
            return
        end = _send(test_send, config, conninfo, start_before)
        test_sends.end_test_send(test_send.pk, end)
        reason = end.reason and str(end.reason)
        log.info("test send ended", message_id=test_send.pk, status=str(end.status), reason=reason)


def conclude(response: Response | NoResponse, gateway: GatewayAdapter, concealer: Concealer) -> TestSendEnd:
    """There is only one attempt: a message that is not taken now has failed."""
    if isinstance(response, NoResponse) and response.partial:
        judged = conclude(response.partial, gateway, concealer)
        if judged.status == Status.SENT:
            return judged
    if isinstance(response, NoResponse):
        return TestSendEnd(Status.UNKNOWN if response.maybe_taken else Status.FAILED, response.reason)
    try:
        return _judged(response, gateway, concealer)
    except (Exception, asyncio.CancelledError):
        log.exception("response not judged")  # ours to mend; it may have been taken
        return TestSendEnd(Status.UNKNOWN, OUR_ERROR)


def _judged(response: Response, gateway: GatewayAdapter, concealer: Concealer) -> TestSendEnd:
    text = printable(concealer.conceal(response).body)
    match gateway.judge(response):
        case Accepted():
            provider_id = printable(gateway.provider_id(response).encode())[:PROVIDER_ID_CHARACTERS]
            return TestSendEnd(Status.SENT, None, text, response.status, provider_id)
        case verdict:
            return TestSendEnd(Status.FAILED, verdict.reason, text, response.status)


def _send(test_send: TestSend, config: DeliveryConfig, conninfo: str, start_before: float) -> TestSendEnd:
    try:
        listed = list_gateway(test_send.gateway, config)
        connection.close()  # others can use it during the request
        request = _TestSendRequest(test_send, listed, conninfo, start_before)
    except (GatewayUnusable, ValueError, OSError) as error:
        log.error("gateway unusable", gateway=test_send.gateway.name, reason=str(error))
        return TestSendEnd(Status.FAILED, Why(Reason.GATEWAY_UNUSABLE))
    try:
        asyncio.run(request.send())
    except Exception:  # ours to mend; what came of a request is known by then
        log.exception("test send broke off", message_id=test_send.pk)
    return request.end


class _TestSendRequest:
    def __init__(
        self, test_send: TestSend, listed: ListedGateway, conninfo: str, start_before: float
    ) -> None:
        self._test_send = test_send
        self._listed = listed
        self._start_before = start_before
        self._clock = DatabaseClock()
        self._database = Database(
            conninfo,
            worker=f"test send {test_send.pk}",
            gateway_id=listed.id,
            lease_seconds=listed.config.lease_seconds,
        )
        self._row = GatewayRow(self._database, listed.config)
        self._has_quota = False
        self._gateway = make_gateway(listed.kind, listed.settings)
        self.end = TestSendEnd(Status.FAILED, OUR_ERROR)  # unless a request begins

    async def send(self) -> None:
        try:
            if refusal := await self._room():
                self.end = TestSendEnd(Status.FAILED, Why(refusal))
                return
            response = await response_to(self._ask, message_id=self._test_send.pk)
            end = conclude(response, self._gateway, Concealer(self._listed.settings.token))
            self.end = replace(end, request=self._shown_request())
        finally:
            await self._gateway.close()
            if self._has_quota:
                await self._row.report(Usage(limit=None, lease_seconds=0))
            await self._database.close()

    def _shown_request(self) -> str:
        test_send = self._test_send
        return shown_request(
            self._listed.kind,
            self._listed.settings,
            message_id=test_send.pk,
            phone=str(mask_phones(None, "", test_send.phone)),
            text=test_send.text,
        )

    def _ask(self) -> Awaitable[Response | NoResponse]:
        test_send = self._test_send
        return self._gateway.send(message_id=test_send.pk, phone=test_send.phone, text=test_send.text)

    async def _room(self) -> Reason | None:
        """Return None once a request may start; otherwise the reason why it may not."""
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
        """Be one of the workers that divide the gateway's concurrency among them."""
        lease = ROOM_SECONDS + RECORD_SECONDS + self._listed.config.request_timeout_seconds
        self._has_quota = True
        return bool((await self._row.report(Usage(limit=limit, lease_seconds=lease))).quota)
