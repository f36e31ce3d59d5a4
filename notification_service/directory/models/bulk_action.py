from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from notification_service.directory.rules import TAG_LENGTH


class BulkAction(models.Model):
    """One thing done to every client who matches a filter, by a worker, in steps.

    The filter is read once, when a worker begins: the clients of that moment are listed in the steps. Each
    step is one transaction, which also writes the counts here.
    """

    class Kind(models.TextChoices):
        ADD_TAG = "add_tag"
        REMOVE_TAG = "remove_tag"
        DELETE = "delete"

    class Status(models.TextChoices):
        WAITING = "waiting"  # waits for a worker
        RUNNING = "running"  # a worker does it, or died doing so: another continues
        FINISHED = "finished"
        CANCELLED = "cancelled"  # stopped by a person; what was done stays
        FAILED = "failed"  # workers gave up; what was done stays

    kind = models.CharField(max_length=10, choices=Kind.choices)
    tag = models.CharField(max_length=TAG_LENGTH, blank=True, default="")
    filter = models.JSONField(default=dict)  # see `mailings.bulk_actions.selection`
    undoes = models.OneToOneField("self", models.PROTECT, null=True, related_name="undone_by")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WAITING)
    requested_by = models.CharField(max_length=255, blank=True, default="")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    finished_at = models.DateTimeField(null=True)

    tries = models.IntegerField(default=0)  # since the last step that was done
    clients = models.BigIntegerField(null=True)  # how many are listed; none yet
    changed = models.BigIntegerField(default=0)
    unchanged = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)  # had too many tags for one more

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="bulk_action_unfinished", condition=Q(finished_at=None)),
            models.Index(fields=["finished_at"], name="bulk_action_ended"),
        ]
        constraints = [
            models.CheckConstraint(
                name="bulk_action_kind_is_known", condition=Q(kind__in=["add_tag", "remove_tag", "delete"])
            ),
            models.CheckConstraint(
                name="bulk_action_status_is_known",
                condition=Q(status__in=["waiting", "running", "finished", "cancelled", "failed"]),
            ),
        ]

    def __str__(self) -> str:
        return f"bulk action {self.pk}"

    @property
    def done(self) -> int:
        return self.changed + self.unchanged + self.refused


class BulkStep(models.Model):
    """Some of an action's clients, and which of them it changed; null: it is still to be done.

    `places` are where a tag comes among the tags of each client, from 1; null: last.
    """

    action = models.ForeignKey(BulkAction, models.CASCADE, related_name="steps", db_index=False)
    number = models.IntegerField()
    client_ids = ArrayField(models.BigIntegerField())
    places = ArrayField(models.SmallIntegerField(), null=True)
    changed_ids = ArrayField(models.BigIntegerField(), null=True)
    changed_places = ArrayField(models.SmallIntegerField(), null=True)  # where the removed tag was

    class Meta:
        constraints = [models.UniqueConstraint(fields=["action", "number"], name="bulk_step_once")]

    def __str__(self) -> str:
        return f"step {self.number} of bulk action {self.action_id}"
