from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, Q

from notification_service.directory.filters.filter import SEGMENT_NAME_LENGTH
from notification_service.directory.rules import TAG_LENGTH, TOPIC_LENGTH
from notification_service.mailings.models.gateway import Gateway
from notification_service.mailings.models.hours import ContactHours, WindowColumns
from notification_service.mailings.models.text import TEXT_FITS
from notification_service.mailings.personal_text import TEXT_LENGTH
from notification_service.mailings.spread import MOST_MINUTES

NAME_LENGTH = 200
REFERENCE_LENGTH = 100


class MailingQuerySet(models.QuerySet["Mailing"]):
    def alive(self) -> Self:
        return self.filter(deleted_at=None)

    def with_hours(self) -> Self:
        """Return mailings that are held to any hours, their own or those of all."""
        own = Q(window_from__isnull=False) | ~Q(window_days=[]) | ~Q(window_holidays="")
        return self.filter(own | Q(Exists(ContactHours.objects.all()), ignores_contact_hours=False))

    def unsettled(self) -> Self:
        """Return mailings that still need work: not ended, or ended with messages to settle."""
        return self.filter(finished_at=None)


class Mailing(WindowColumns):
    """A text for every client who matches a filter, from a time to start until a deadline."""

    class Status(models.TextChoices):
        SCHEDULED = "scheduled"  # waits for start_at
        RUNNING = "running"  # its audience is written, or being written, and messages are sent
        PAUSED = "paused"  # as running, but nothing is sent
        FINISHED = "finished"  # every message has a final status
        CANCELLED = "cancelled"  # stopped by a person; what was unsent is or becomes cancelled

    class OnUnknown(models.TextChoices):
        SEND_AGAIN = "send_again"  # an attempt that never reported is repeated, with the same id
        GIVE_UP = "give_up"  # it ends as `unknown`

    name = models.CharField(max_length=NAME_LENGTH, default="", db_default="", blank=True)
    text = models.TextField(max_length=TEXT_LENGTH)
    # What it was at its start, if it has changed since: what a worker sent that did not know of the change.
    first_text = models.TextField(null=True, editable=False)  # noqa: DJ001 (null: it has not)
    start_at = models.DateTimeField()
    end_at = models.DateTimeField()
    operator_codes = ArrayField(models.CharField(max_length=3), default=list, blank=True)
    tags = ArrayField(models.CharField(max_length=TAG_LENGTH, blank=True), default=list, blank=True)
    # Only clients whose message of that mailing ended as one of these; empty: whatever they got before.
    outcome_of_mailing = models.BigIntegerField(null=True, blank=True)
    outcome_of_statuses = ArrayField(models.CharField(max_length=10), default=list, db_default=[], blank=True)
    # What it is about: who opted out of this topic gets nothing; empty: of no topic.
    topic = models.CharField(max_length=TOPIC_LENGTH, default="", db_default="", blank=True)
    # Whether only those get it who agreed to its topic, or to everything.
    requires_consent = models.BooleanField(default=False, db_default=False)
    ignores_opt_outs = models.BooleanField(default=False, db_default=False)
    # Whether it is held to its own hours alone.
    ignores_contact_hours = models.BooleanField(default=False, db_default=False)
    # First attempts are spread evenly over so many minutes from the start; empty: each as soon as it may be.
    spread_minutes = models.IntegerField(null=True, blank=True)
    # A condition on the client, a segment by its name, and who is left out, as `directory.filters` has them.
    where = models.JSONField(null=True, blank=True)
    segment = models.CharField(max_length=SEGMENT_NAME_LENGTH, default="", db_default="", blank=True)
    exclude = models.JSONField(null=True, blank=True)
    on_unknown = models.CharField(max_length=10, choices=OnUnknown.choices, default=OnUnknown.SEND_AGAIN)
    # Empty: the default gateway, which is the enabled one with the lowest priority.
    gateway = models.ForeignKey(Gateway, models.PROTECT, null=True, blank=True)
    # Whether its messages go to the next gateway while its own is held. Its own may have taken a request
    # without a response, so that some clients get two messages.
    failover = models.BooleanField(default=False, db_default=False)
    # What another system calls the mailing; empty where it said nothing.
    reference = models.CharField(max_length=REFERENCE_LENGTH, default="", db_default="", blank=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.SCHEDULED)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    started_at = models.DateTimeField(null=True, editable=False)
    audience_built_at = models.DateTimeField(null=True, editable=False)
    # While the audience is being written: the last client who has been given a message, or was left out.
    audience_written_to = models.BigIntegerField(default=0, db_default=0, editable=False)
    # The number of changes of preferences when the audience was chosen; null: look at each message.
    preferences_known = models.BigIntegerField(null=True, editable=False)
    # Of those who matched at the start: how many got no message, and why.
    excluded_opted_out = models.BigIntegerField(default=0, db_default=0, editable=False)
    excluded_no_consent = models.BigIntegerField(default=0, db_default=0, editable=False)
    excluded_no_value = models.BigIntegerField(default=0, db_default=0, editable=False)
    # The filters of all segments that it names, itself or through others, as they were when it started.
    segments_at_start = models.JSONField(null=True, editable=False)
    window_changed_at = models.DateTimeField(null=True, editable=False)
    # It grows with each change of the hours that the mailing is held to, its own or those of all.
    hours_version = models.IntegerField(default=0, db_default=0, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)
    # The trace of the request that made it, as W3C `traceparent`; empty: none.
    trace_parent = models.CharField(max_length=55, default="", db_default="", blank=True, editable=False)
    # When its text, and whom its messages went to, were deleted.
    anonymised_at = models.DateTimeField(null=True, editable=False)
    # Of the messages' table, where all of its messages are: 0, which most share, or one of its own where
    # there are many. Fixed by its first message.
    partition = models.SmallIntegerField(default=0, db_default=0, editable=False)

    objects = MailingQuerySet.as_manager()

    class Meta:
        permissions = [("override_mailing", "Can have a mailing ignore opt-outs")]
        indexes = [
            models.Index(fields=["start_at"], name="mailing_unsettled", condition=Q(finished_at=None)),
            models.Index(fields=["deleted_at"], name="mailing_deleted", condition=~Q(deleted_at=None)),
            models.Index(fields=["partition"], name="mailing_partition", condition=~Q(partition=0)),
        ]
        constraints = [
            models.CheckConstraint(name="mailing_ends_after_start", condition=Q(end_at__gt=F("start_at"))),
            models.CheckConstraint(name="mailing_text_fits", condition=TEXT_FITS),
            models.CheckConstraint(
                name="mailing_status_is_known",
                condition=Q(status__in=["scheduled", "running", "paused", "finished", "cancelled"]),
            ),
            models.CheckConstraint(
                name="mailing_on_unknown_is_known", condition=Q(on_unknown__in=["send_again", "give_up"])
            ),
            models.CheckConstraint(
                name="mailing_spread_is_a_week_at_most",
                condition=Q(spread_minutes=None) | Q(spread_minutes__range=(1, MOST_MINUTES)),
            ),
            *WindowColumns.Meta.constraints,
        ]

    def __str__(self) -> str:
        return f"mailing {self.pk}"

    @property
    def title(self) -> str:
        """What people know it by: its name, or else its text."""
        return self.name or self.text

    @property
    def version(self) -> str:
        """It differs after each change that a person makes, and after each change of the status."""
        return f"{self.status}-{self.updated_at.isoformat()}"

    @property
    def excluded(self) -> dict[str, int]:
        """Return how many of those who matched got no message, by the code of the reason."""
        return {
            "opted_out": self.excluded_opted_out,
            "no_consent": self.excluded_no_consent,
            "no_value": self.excluded_no_value,
        }
