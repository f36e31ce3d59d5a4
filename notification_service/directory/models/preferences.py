"""What people said about being written to. It belongs to a phone, whatever becomes of its client."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from notification_service.directory.rules import (
    PHONE_DIGITS,
    PHONE_PATTERN,
    REASON_LENGTH,
    SOURCE_LENGTH,
    TOPIC_LENGTH,
)

EVERYTHING = ""  # the topic that every other one belongs to


class OptOutQuerySet(models.QuerySet["OptOut"]):
    def in_force(self) -> Self:
        return self.filter(withdrawn_at=None)


class OptOut(models.Model):
    """A phone that wants no messages of a topic, or none at all. One that is withdrawn is kept as history."""

    phone = models.CharField(max_length=PHONE_DIGITS)
    topic = models.CharField(max_length=TOPIC_LENGTH, blank=True, default=EVERYTHING)
    reason = models.CharField(max_length=REASON_LENGTH, blank=True, default="")
    source = models.CharField(max_length=SOURCE_LENGTH, blank=True, default="")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    withdrawn_at = models.DateTimeField(null=True, editable=False)

    objects = OptOutQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["phone"], name="opt_out_history", condition=Q(withdrawn_at__isnull=False)),
            models.Index(fields=["topic", "id"], name="opt_out_topic", condition=Q(withdrawn_at=None)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["phone", "topic"], name="opt_out_in_force", condition=Q(withdrawn_at=None)
            ),
            models.CheckConstraint(name="opt_out_phone_is_russian", condition=Q(phone__regex=PHONE_PATTERN)),
        ]

    def __str__(self) -> str:
        return f"opt-out {self.pk}"


class ConsentQuerySet(models.QuerySet["Consent"]):
    def in_force(self) -> Self:
        return self.filter(revoked_at=None)


class Consent(models.Model):
    """A phone that agreed to messages of a topic, or to all, and what proves it. A revoked one stays."""

    phone = models.CharField(max_length=PHONE_DIGITS)
    topic = models.CharField(max_length=TOPIC_LENGTH, blank=True, default=EVERYTHING)
    given_at = models.DateTimeField(db_default=Now())
    evidence = models.TextField(blank=True, default="")
    revoked_at = models.DateTimeField(null=True, editable=False)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["phone"], name="consent_history", condition=Q(revoked_at__isnull=False)),
            models.Index(fields=["topic", "id"], name="consent_topic"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["phone", "topic"], name="consent_in_force", condition=Q(revoked_at=None)
            ),
            models.CheckConstraint(name="consent_phone_is_russian", condition=Q(phone__regex=PHONE_PATTERN)),
        ]

    def __str__(self) -> str:
        return f"consent {self.pk}"


class PreferenceChange(models.Model):
    """Counts the statements that changed opt-outs or consents: a worker sees that there is something new.

    The count is the sum of the rows. Only triggers write it, each the first row that no other transaction
    is writing.
    """

    changes = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.changes} changes, slot {self.pk}"
