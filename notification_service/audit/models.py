"""The audit log: rows that PostgreSQL never changes and never deletes."""

from typing import Self

from django.db import models
from django.db.models.functions import Now


class EntryQuerySet(models.QuerySet["Entry"]):
    """`named`: a kind of object, such as `mailing`, or one object, such as `mailing:12`."""

    def about(self, named: str) -> Self:
        return self._named("object", named)

    def by(self, named: str) -> Self:
        return self._named("actor", named)

    def _named(self, part: str, named: str) -> Self:
        kind, _, number = named.partition(":")
        found = self.filter(**{f"{part}_kind": kind})
        return found.filter(**{f"{part}_id": int(number)}) if number else found


class Entry(models.Model):
    """One thing that was done. Names are kept beside the ids, for what they stood for may be deleted."""

    class Actor(models.TextChoices):
        PERSON = "person"  # signed in to the console
        KEY = "key"  # an API key
        GATEWAY = "gateway"  # a provider, with the receipt key of its gateway
        COMMAND = "command"  # someone at a terminal of ours
        WORKER = "worker"  # the service by itself
        NOBODY = "nobody"  # a request of someone not signed in

    at = models.DateTimeField(db_default=Now())
    action = models.CharField(max_length=40)
    object_kind = models.CharField(max_length=20)
    object_id = models.BigIntegerField(null=True)
    object_name = models.CharField(max_length=255, blank=True)
    actor_kind = models.CharField(max_length=10, choices=Actor.choices)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=255, blank=True)
    address = models.GenericIPAddressField(null=True)
    source = models.CharField(max_length=255, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    changes = models.JSONField(default=dict)  # field: [before, after]
    facts = models.JSONField(default=dict)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = "audit entry"
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["object_kind", "object_id", "-id"], name="audit_entry_object"),
            models.Index(fields=["actor_kind", "actor_id", "-id"], name="audit_entry_actor"),
            models.Index(fields=["action", "-id"], name="audit_entry_action"),
            models.Index(fields=["at"], name="audit_entry_at"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_id or ''} by {self.actor_kind} {self.actor_name}"
