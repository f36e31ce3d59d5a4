from typing import TYPE_CHECKING, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Case, Q, When

from notification_service.directory.models import Client
from notification_service.mailings.models.gateway import Gateway
from notification_service.mailings.models.mailing import Mailing
from notification_service.mailings.models.reason import KeptReason

if TYPE_CHECKING:
    from notification_service.mailings.models.single_message import SingleMessage

DELIVERY_REASON_LENGTH = 200
PROVIDER_ID_LENGTH = 200
AWAITED = "awaited"
SINGLES = 0  # in the place of a mailing's id: single messages in the counters


def queue_of(gateway_id: int | None) -> int:
    """Where single messages for a gateway wait, in the place of a mailing's id; None: the default gateway."""
    return -(gateway_id or 0)


def is_told(delivery: str) -> Q:
    """Return which messages are counted under this delivery; `awaited` is none that a row has."""
    return Q(status=Message.Status.SENT, delivery=None) if delivery == AWAITED else Q(delivery=delivery)


class MessageQuerySet(models.QuerySet["Message"]):
    def of(self, mailing: Mailing) -> Self:
        return self.filter(partition=mailing.partition, mailing=mailing)


class Message(KeptReason):
    """One text to one client. Its id is the gateway's message id, the same on every attempt.

    A single message belongs to no mailing; `SingleMessage` has its text and terms, and its phone if no client
    has it.

    `next_attempt_at` is set exactly while the message is pending. No index contains it or `status`, so
    claiming a message and recording its outcome are heap-only updates. `DueMessage` says what is due. The
    database does not check the foreign keys: the fan-out reads both parents in the statement that writes the
    rows, and a parent stays while a message refers to it (docs/decisions).
    The table has partitions: a statement that knows the mailing names its partition, so that PostgreSQL reads
    no other. All messages of a mailing are in one, in which each client has at most one of them.
    """

    class Status(models.TextChoices):
        PENDING = "pending"  # waits for next_attempt_at
        SENDING = "sending"  # claimed by a worker, under its batch's lease
        SENT = "sent"  # the gateway took it
        FAILED = "failed"  # the gateway refused it for good
        EXPIRED = "expired"  # the deadline came first
        CANCELLED = "cancelled"  # the mailing was cancelled, or the client was deleted
        UNKNOWN = "unknown"  # an attempt never reported, and the mailing asks not to repeat it

    UNDELIVERED = (Status.FAILED, Status.EXPIRED, Status.CANCELLED, Status.UNKNOWN)
    NOT_REACHED = (Status.FAILED, Status.EXPIRED, Status.CANCELLED)  # these clients surely got nothing
    OUTCOMES = (*UNDELIVERED, Status.SENT)

    class Delivery(models.TextChoices):
        DELIVERED = "delivered"  # it reached the phone; final
        UNDELIVERED = (
            "undelivered"  # it did not, as far as the provider knows; a later receipt may say that it did
        )

    # Empty: a single message.
    mailing = models.ForeignKey(Mailing, models.DO_NOTHING, null=True, db_constraint=False, db_index=False)
    # Of a single message: where it waits, as `queue_of` has it.
    queue = models.BigIntegerField(null=True)
    # Empty once the message is anonymised; of a single message, also if no client has the phone.
    client = models.ForeignKey(Client, models.DO_NOTHING, null=True, db_constraint=False, db_index=False)
    status = models.CharField(max_length=10, choices=Status.choices)
    attempts = models.IntegerField(default=0)
    created_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    batch_id = models.BigIntegerField(null=True)
    # Which gateway took it or, if it is unknown, may have. If the mailing says `give_up`, this is set before
    # the request starts, to tell which messages of a dead worker were not requested.
    gateway = models.ForeignKey(Gateway, models.DO_NOTHING, null=True, db_constraint=False, db_index=False)
    # What the provider told later, whatever the status is: receipts write nothing else.
    delivery = models.CharField(  # noqa: DJ001 (null takes no room)
        max_length=11, choices=Delivery.choices, null=True
    )
    delivered_at = models.DateTimeField(null=True)
    delivery_reason = models.CharField(max_length=DELIVERY_REASON_LENGTH, default="", db_default="")
    # What the provider calls it; in no index (see ProviderMessage).
    provider_id = models.CharField(max_length=PROVIDER_ID_LENGTH, default="", db_default="")
    partition = models.SmallIntegerField(default=0, db_default=0)  # the mailing's
    # The status of a message that ended without success, for an index: a success leaves it null, which keeps
    # its update heap-only.
    undelivered = models.GeneratedField(
        expression=Case(When(status__in=UNDELIVERED, then="status")),
        output_field=models.CharField(max_length=10, null=True),
        db_persist=True,
    )

    objects = MessageQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["mailing", "id"], name="message_of_mailing"),
            models.Index(fields=["client", "id"], name="message_of_client"),
            BrinIndex(fields=["created_at"], name="message_created"),
            models.Index(
                fields=["mailing", "reason", "reason_number", "id"],
                name="message_reason",
                condition=~Q(reason=""),
            ),
            models.Index(
                fields=["undelivered", "id"], name="message_undelivered", condition=~Q(undelivered=None)
            ),
            models.Index(
                fields=["mailing", "undelivered", "id"],
                name="message_undelivered_of_mailing",
                condition=~Q(undelivered=None),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["mailing", "client"], name="message_once_per_client"),
            models.CheckConstraint(
                name="message_status_is_known",
                condition=Q(
                    status__in=["pending", "sending", "sent", "failed", "expired", "cancelled", "unknown"]
                ),
            ),
            models.CheckConstraint(
                name="message_delivery_is_known",
                condition=Q(delivery=None) | Q(delivery__in=["delivered", "undelivered"]),
            ),
            models.CheckConstraint(
                name="message_is_due_while_pending",
                condition=Q(status="pending", next_attempt_at__isnull=False)
                | (~Q(status="pending") & Q(next_attempt_at=None)),
            ),
        ]

    def __str__(self) -> str:
        return f"message {self.pk}"

    @property
    def told(self) -> str | None:
        """Under which delivery it is counted: as `is_told` finds it."""
        return self.delivery or (AWAITED if self.status == self.Status.SENT else None)

    @property
    def terms(self) -> "Mailing | SingleMessage":
        """What says its text, its topic and its deadline."""
        return self.mailing or self.single

    @property
    def text(self) -> str:
        return self.terms.text

    @property
    def own_phone(self) -> str:
        """Of a single message to somebody whom no client is; else empty."""
        return "" if self.mailing_id else self.single.phone

    @property
    def phone(self) -> str:
        """To whom it goes, or went; empty once that is forgotten."""
        return (self.client.phone if self.client else None) or self.own_phone


class DueMessage(models.Model):
    """When each pending message is to be attempted: a row for every one of them, and for no other.

    Only triggers of the messages write it, in the same statement. Whoever changes pending messages first
    locks their rows here, so that two transactions never wait for each other in a circle.
    """

    message = models.OneToOneField(
        Message, models.DO_NOTHING, primary_key=True, related_name="due", db_constraint=False
    )
    # Of a single message: its queue, which is no mailing's id.
    mailing = models.ForeignKey(Mailing, models.DO_NOTHING, db_constraint=False, db_index=False)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["mailing", "at"], name="due_of_mailing")]

    def __str__(self) -> str:
        return f"message {self.message_id}, due at {self.at}"


class Batch(models.Model):
    """What one claim took: its messages belong to one worker until the lease ends."""

    claimed_by = models.CharField(max_length=100)
    lease_expires_at = models.DateTimeField(db_index=True)
    message_ids = ArrayField(models.BigIntegerField())

    def __str__(self) -> str:
        return f"batch {self.pk}"


class Attempt(KeptReason):
    """An attempt that did not succeed."""

    class Outcome(models.TextChoices):
        RETRY = "retry"  # to be tried again
        FAILED = "failed"  # refused for good
        HELD = "held"  # the gateway did not let us in; not charged to the message
        UNKNOWN = "unknown"  # never reported, and not to be repeated
        LOST = "lost"  # never reported (its worker died); to be repeated

    message = models.ForeignKey(Message, models.CASCADE, related_name="failed_attempts", db_constraint=False)
    partition = models.SmallIntegerField(default=0, db_default=0)  # the message's; this table has the same
    mailing = models.ForeignKey(Mailing, models.DO_NOTHING, null=True, db_constraint=False, db_index=False)
    gateway = models.ForeignKey(Gateway, models.DO_NOTHING, null=True, db_constraint=False, db_index=False)
    number = models.IntegerField()
    at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    http_status = models.SmallIntegerField(null=True)
    response = models.CharField(max_length=500, default="", blank=True)
    retry_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"attempt {self.number} of message {self.message_id}"
