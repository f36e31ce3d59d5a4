from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual

from notification_service.directory.rules import TAG_LENGTH
from notification_service.mailings.models.gateway import Gateway
from notification_service.mailings.send_window import SendWindow

TEXT_LENGTH = 2000


class MailingQuerySet(models.QuerySet["Mailing"]):
    def alive(self) -> Self:
        return self.filter(deleted_at=None)

    def unsettled(self) -> Self:
        """Mailings that still need the service: not ended, or ended with messages to settle."""
        return self.filter(finished_at=None)


class Mailing(models.Model):
    """A text for every client who matches a filter, from a time to start until a deadline."""

    class Status(models.TextChoices):
        SCHEDULED = "scheduled"  # waits for start_at
        RUNNING = "running"  # its audience is written, or being written, and sent to
        PAUSED = "paused"  # as running, but nothing is sent
        FINISHED = "finished"  # every message has a final status
        CANCELLED = "cancelled"  # stopped by a person; what was unsent is or becomes cancelled

    class OnUnknown(models.TextChoices):
        SEND_AGAIN = "send_again"  # an attempt that never reported is repeated, with the same id
        GIVE_UP = "give_up"  # it ends as `unknown`

    text = models.TextField(max_length=TEXT_LENGTH)
    start_at = models.DateTimeField()
    end_at = models.DateTimeField()
    operator_codes = ArrayField(models.CharField(max_length=3), default=list, blank=True)
    tags = ArrayField(models.CharField(max_length=TAG_LENGTH, blank=True), default=list, blank=True)
    window_from = models.TimeField(null=True, blank=True)
    window_to = models.TimeField(null=True, blank=True)
    on_unknown = models.CharField(max_length=10, choices=OnUnknown.choices, default=OnUnknown.SEND_AGAIN)
    # Empty: the default gateway, the enabled one of the lowest priority.
    gateway = models.ForeignKey(Gateway, models.PROTECT, null=True, blank=True)
    # Whether its messages go to the next gateway while its own is held; a request without a response
    # there may have been taken, so that some clients get two.
    failover = models.BooleanField(default=False, db_default=False)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.SCHEDULED)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    started_at = models.DateTimeField(null=True, editable=False)
    audience_built_at = models.DateTimeField(null=True, editable=False)
    window_changed_at = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)
    # The trace of the request that made it, as W3C `traceparent`; empty: none.
    trace_parent = models.CharField(max_length=55, default="", db_default="", blank=True, editable=False)
    # Since when its text, and whom its messages went to, are forgotten.
    anonymised_at = models.DateTimeField(null=True, editable=False)

    objects = MailingQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["start_at"], name="mailing_unsettled", condition=Q(finished_at=None)),
            models.Index(fields=["deleted_at"], name="mailing_deleted", condition=~Q(deleted_at=None)),
        ]
        constraints = [
            models.CheckConstraint(name="mailing_ends_after_start", condition=Q(end_at__gt=F("start_at"))),
            models.CheckConstraint(
                name="mailing_text_fits",
                condition=Q(
                    GreaterThanOrEqual(Length("text"), 1), LessThanOrEqual(Length("text"), TEXT_LENGTH)
                ),
            ),
            models.CheckConstraint(
                name="mailing_status_is_known",
                condition=Q(status__in=["scheduled", "running", "paused", "finished", "cancelled"]),
            ),
            models.CheckConstraint(
                name="mailing_on_unknown_is_known", condition=Q(on_unknown__in=["send_again", "give_up"])
            ),
            models.CheckConstraint(
                name="mailing_window_is_whole",
                condition=Q(window_from=None, window_to=None)
                | Q(window_from__isnull=False, window_to__isnull=False) & ~Q(window_from=F("window_to")),
            ),
        ]

    def __str__(self) -> str:
        return f"mailing {self.pk}"

    @property
    def version(self) -> str:
        """Another one after each change that a person makes, and after each change of the status."""
        return f"{self.status}-{self.updated_at.isoformat()}"

    @property
    def send_window(self) -> SendWindow | None:
        if self.window_from is None or self.window_to is None:
            return None
        return SendWindow(opens=self.window_from, closes=self.window_to)
