"""Test sends: a text to one phone before its mailing goes out; sent at most once, soon deleted."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from notification_service.audit.actions import Action
from notification_service.audit.log import record
from notification_service.directory.models import Client
from notification_service.mailings.advisory_locks import lock_until_commit
from notification_service.mailings.gateways import default_gateway
from notification_service.mailings.models import Gateway, TestSend
from notification_service.mailings.personal_text import TEXT_LENGTH, read_text, values_of
from notification_service.mailings.reasons import Reason, Why
from notification_service.mailings.sql import sql
from notification_service.mailings.wake_up import TEST_SENDS, wake_up

Status = TestSend.Status
MOST_AN_HOUR = 20  # of one person: each may cost money
KEPT_FOR = timedelta(hours=1)
TAKEN_WITHIN = timedelta(minutes=1)  # one that came later would surprise its reader

log = structlog.get_logger(__name__)


class TooManyTestSends(Exception):  # noqa: N818
    """The person has asked for MOST_AN_HOUR within an hour."""


class NoGateway(Exception):  # noqa: N818
    """Every gateway is disabled."""


class NoText(Exception):  # noqa: N818
    """There is no text to send; `str` says why to a program. `missing`: the names without a value."""

    def __init__(self, sentence: str, *, missing: Sequence[str] = ()) -> None:
        super().__init__(sentence)
        self.missing = list(missing)


@dataclass(frozen=True, slots=True)
class TestSendEnd:
    status: TestSend.Status
    reason: Why | None = None
    response: str = ""
    response_status: int | None = None
    provider_id: str = ""
    request: str = ""  # without secrets


def text_of_test(text: str, client: Client | None) -> str:
    """Return the text with the client's values; without a client, with its fallbacks.

    Raises InvalidText, and NoText as the engine fails a message.
    """
    personal = read_text(text)
    values = values_of(client.attributes, phone=client.phone or "", tag=client.tag) if client else {}
    if missing := personal.missing(values):
        names = ", ".join(missing)
        raise NoText(
            f"There is no value, and no fallback, of: {names}. Name a client who has one.", missing=missing
        )
    made = personal.render(values) or ""
    if not made.strip():
        raise NoText("With these values nothing is left of the text.")
    if len(made) > TEXT_LENGTH:
        raise NoText(f"With these values the text has more than {TEXT_LENGTH} characters.")
    return made


@transaction.atomic
def request_test_send(
    key: uuid.UUID, *, requested_by: str, gateway: Gateway | None, phone: str, text: str
) -> TestSend:
    """Have a worker send the text to the phone, once; `gateway` None is the default one.

    A key that the person has used before returns the same test send. Raises TooManyTestSends, NoGateway.
    """
    lock_until_commit(f"test sends of {requested_by}")
    forget_old()
    theirs = TestSend.objects.filter(requested_by=requested_by)
    if (known := theirs.filter(key=key).first()) is not None:
        return known
    if theirs.count() >= MOST_AN_HOUR:
        raise TooManyTestSends(f"No more than {MOST_AN_HOUR} tests an hour can be sent. Try again later.")
    gateway = gateway or default_gateway()
    if gateway is None:
        raise NoGateway("Every gateway is disabled.")
    (message_id,) = sql.row("test_sends/next_message_id")
    test_send = TestSend.objects.create(
        id=message_id, key=key, requested_by=requested_by, gateway=gateway, phone=phone, text=text
    )
    record(Action.TEST_SEND_REQUESTED, object_id=test_send.pk, object_name=gateway.name, phone=phone)
    log.info("test send requested", message_id=test_send.pk, gateway=gateway.name)
    wake_up(TEST_SENDS)
    return test_send


@transaction.atomic
def take_test_send(*, margin: timedelta, default_timeout: timedelta) -> TestSend | None:
    """Return the oldest that waits, if any, under a lease of the request's time limit and `margin`."""
    waiting = _fresh().select_for_update(skip_locked=True, of=("self",)).select_related("gateway")
    test_send = waiting.order_by("id").first()
    if test_send is None:
        return None
    seconds = test_send.gateway.request_timeout_seconds
    lease = margin + (timedelta(seconds=seconds) if seconds else default_timeout)
    TestSend.objects.filter(pk=test_send.pk).update(status=Status.SENDING, lease_expires_at=Now() + lease)
    return test_send


def end_test_send(test_send_id: int, end: TestSendEnd) -> None:
    """Record its result, unless its lease has ended before."""
    _end(TestSend.objects.filter(pk=test_send_id, status=Status.SENDING), end)


def settle_test_sends() -> None:
    """End those that no worker took in time and those whose worker died; delete the old ones."""
    late = TestSend.objects.filter(status=Status.WAITING, created_at__lte=Now() - TAKEN_WITHIN)
    _end(late, TestSendEnd(Status.FAILED, Why(Reason.NO_WORKER)))
    dead = TestSend.objects.filter(status=Status.SENDING, lease_expires_at__lt=Now())
    _end(dead, TestSendEnd(Status.UNKNOWN, Why(Reason.WORKER_LOST)))
    forget_old()


def forget_old() -> None:
    TestSend.objects.filter(created_at__lt=Now() - KEPT_FOR).delete()


def _fresh() -> QuerySet[TestSend]:
    return TestSend.objects.filter(status=Status.WAITING, created_at__gt=Now() - TAKEN_WITHIN)


def _end(test_sends: QuerySet[TestSend], end: TestSendEnd) -> None:
    why = {**end.reason.columns, "error": end.reason.text} if end.reason else {}
    shown = {"request": end.request, "response": end.response, "response_status": end.response_status}
    kept = {**why, **shown, "provider_id": end.provider_id}
    test_sends.update(status=end.status, **kept, phone="", text="", finished_at=Now())
