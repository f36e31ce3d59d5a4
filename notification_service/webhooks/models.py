"""Who is told of what happens, and what each of them is still to be told."""

from datetime import datetime
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from notification_service.mailings.reasons import Why, read_row
from notification_service.webhooks.events import OTHERS

EVENT_LENGTH = 40
URL_LENGTH = 1000
RESPONSE_CHARACTERS = 500


class WebhookQuerySet(models.QuerySet["Webhook"]):
    def alive(self) -> Self:
        return self.filter(deleted_at=None)


class Webhook(models.Model):
    """Another system's address, which is told of the events that it wants.

    While it fails (`failing_since`), it is asked for one delivery at a time, at each `retry_at`. One worker
    process at a time tells it: whose `claimed_until` is ahead.
    """

    class DisabledBy(models.TextChoices):
        NOBODY = ""
        PERSON = "person"  # or a program
        FAILING = "failing"  # by the service, after three days without a success
        GONE = "gone"  # by the service: it answered 410

    url = models.CharField(max_length=URL_LENGTH)
    events = ArrayField(models.CharField(max_length=EVENT_LENGTH))
    enabled = models.BooleanField(default=True, db_default=True)
    # Fernet ciphertext under SECRET_KEY. The old one signs beside the new one for a while.
    secret_encrypted = models.BinaryField()
    old_secret_encrypted = models.BinaryField(null=True)
    old_secret_until = models.DateTimeField(null=True, editable=False)
    disabled_by = models.CharField(
        max_length=10, choices=DisabledBy.choices, blank=True, default="", db_default="", editable=False
    )
    disabled_at = models.DateTimeField(null=True, editable=False)
    failing_since = models.DateTimeField(null=True, editable=False)
    failures = models.IntegerField(default=0, db_default=0, editable=False)  # since then
    retry_at = models.DateTimeField(null=True, editable=False)
    claimed_by = models.CharField(max_length=100, blank=True, default="", db_default="", editable=False)
    claimed_until = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)  # by a person or a program
    deleted_at = models.DateTimeField(null=True, editable=False)

    objects = WebhookQuerySet.as_manager()

    def __str__(self) -> str:
        return f"webhook {self.pk}"

    @property
    def version(self) -> str:
        return self.updated_at.isoformat()


class WebhookDelivery(models.Model):
    """One event for one webhook: the outbox and its history. Triggers write it with what it tells of.

    Of messages and opt-outs it has the ids, and the rest is read when it is sent.
    """

    class Status(models.TextChoices):
        WAITING = "waiting"  # to be sent, or to be sent again
        DELIVERED = "delivered"  # the receiver answered 2xx
        FAILED = "failed"  # given up after three days

    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries", db_index=False)
    event = models.CharField(max_length=EVENT_LENGTH)
    queue = models.BigIntegerField(default=OTHERS, db_default=OTHERS)  # see `events`
    told = models.CharField(max_length=20, blank=True, default="", db_default="")  # what the ids came to
    ids = ArrayField(models.BigIntegerField(), null=True)
    data = models.JSONField(null=True)
    happened_at = models.DateTimeField(db_default=Now())
    status = models.CharField(max_length=10, choices=Status.choices, default="waiting", db_default="waiting")
    attempts = models.IntegerField(default=0, db_default=0)
    next_attempt_at = models.DateTimeField(db_default=Now())
    tried_since = models.DateTimeField(null=True)
    attempted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    # Of the latest attempt.
    http_status = models.SmallIntegerField(null=True)
    response = models.CharField(max_length=RESPONSE_CHARACTERS, blank=True, default="", db_default="")
    reason = models.CharField(max_length=200, blank=True, default="", db_default="")
    reason_number = models.SmallIntegerField(null=True)
    error = models.CharField(max_length=100, blank=True, default="", db_default="")

    class Meta:
        indexes = [
            models.Index(fields=["webhook", "id"], name="delivery_of_webhook"),
            models.Index(
                fields=["webhook", "queue", "id"], name="delivery_waiting", condition=Q(ended_at=None)
            ),
            models.Index(
                fields=["webhook", "next_attempt_at"], name="delivery_due", condition=Q(ended_at=None)
            ),
            models.Index(fields=["happened_at"], name="delivery_happened"),
        ]
        constraints = [
            models.CheckConstraint(
                name="delivery_ends_once",
                condition=Q(status="waiting", ended_at=None)
                | (~Q(status="waiting") & Q(ended_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk}: {self.event}"

    @property
    def header_id(self) -> str:
        """Return the id that every attempt has: the receiver sees what it has already."""
        return f"evt_{self.pk}"

    @property
    def waits_until(self) -> datetime | None:
        return None if self.ended_at else self.next_attempt_at

    @property
    def mailing_id(self) -> int | None:
        return self.queue if self.queue > 0 else None

    @property
    def message_count(self) -> int:
        return len(self.ids or ()) if self.event.startswith("messages.") else 0

    @property
    def why(self) -> Why | None:
        return read_row(self.reason, self.reason_number, self.error)
