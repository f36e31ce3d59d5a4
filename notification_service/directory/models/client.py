from collections.abc import Sequence
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now, Reverse

from notification_service.directory.rules import (
    EXTERNAL_ID_LENGTH,
    MOST_TAGS,
    OPERATOR_CODE_PATTERN,
    PHONE_PATTERN,
    TAG_LENGTH,
    ZONE_LENGTH,
)
from notification_service.indexes import UniqueIndex

EXTERNAL_ID_INDEX = "client_external_id"


class ClientQuerySet(models.QuerySet["Client"]):
    def alive(self) -> Self:
        return self.filter(deleted_at=None)

    def tagged(self, tags: Sequence[str]) -> Self:
        """Return clients who have any of the tags, whichever of theirs; "" stands for no tag."""
        return self.filter(any_tag(tags))

    def tagged_in_parts(self, tags: Sequence[str]) -> list[Self]:
        """Return the same clients, each in one part; the first is counted from an index alone."""
        return [
            self.filter(tag__in=tags),
            self.filter(HAS_SEVERAL_TAGS, tags__overlap=tags).exclude(tag__in=tags),
        ]


# In this form, for the index client_tags. It has nobody with one tag, so that imports of them do not pay.
HAS_SEVERAL_TAGS = Q(tags__1__isnull=False)


def any_tag(tags: Sequence[str]) -> Q:
    return Q(tag__in=tags) | (HAS_SEVERAL_TAGS & Q(tags__overlap=tags))


class Client(models.Model):
    """A person with a phone. A deleted one keeps only its id, which its messages refer to."""

    phone = models.CharField(max_length=11, unique=True, null=True)  # noqa: DJ001 (unique, and none when deleted)
    operator_code = models.CharField(max_length=3)
    # The first of `tags`: sql/schema/tags.sql sees to it, whichever of the two is written.
    tag = models.CharField(max_length=TAG_LENGTH, blank=True, db_default="")
    tags = ArrayField(models.CharField(max_length=TAG_LENGTH), blank=True, db_default=[])
    timezone = models.CharField(max_length=ZONE_LENGTH)
    # What another system calls the client; none where it said nothing.
    external_id = models.CharField(max_length=EXTERNAL_ID_LENGTH, null=True, blank=True)  # noqa: DJ001
    attributes = models.JSONField(default=dict, blank=True)
    # By the database's clock, as a mailing's start is: clock skew cannot change who was there before it.
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, editable=False)

    objects = ClientQuerySet.as_manager()

    class Meta:
        permissions = [("export_client", "Can take phones of clients away")]
        indexes = [
            # Also for counting an audience by zone without reading the table.
            models.Index(
                fields=["operator_code", "tag", "timezone"],
                name="client_reach",
                condition=Q(deleted_at=None),
            ),
            UniqueIndex(
                fields=["external_id"], name=EXTERNAL_ID_INDEX, condition=Q(external_id__isnull=False)
            ),
            GinIndex(fields=["tags"], name="client_tags", condition=Q(deleted_at=None) & HAS_SEVERAL_TAGS),
            # For conditions: `attributes @> {"city": "Kazan"}`, as equality of an attribute is written.
            GinIndex(
                OpClass("attributes", name="jsonb_path_ops"),
                name="client_attributes",
                condition=Q(deleted_at=None),
            ),
            # The end of a phone, which is what people remember of one; its beginning has the unique index.
            models.Index(
                OpClass(Reverse("phone"), name="text_pattern_ops"),
                name="client_phone_end",
                condition=Q(deleted_at=None),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="client_phone_is_russian",
                condition=Q(phone__isnull=False, phone__regex=PHONE_PATTERN)
                | Q(deleted_at__isnull=False, phone=None),
            ),
            models.CheckConstraint(
                name="client_operator_code_has_three_digits",
                condition=Q(operator_code__regex=OPERATOR_CODE_PATTERN) | Q(deleted_at__isnull=False),
            ),
            models.CheckConstraint(name="client_has_few_tags", condition=Q(tags__len__lte=MOST_TAGS)),
            # The zone's name is checked by client_timezone_is_known: sql/schema/zone_check.sql.
        ]

    def __str__(self) -> str:
        return f"client {self.pk}"

    @property
    def version(self) -> str:
        """It differs after each change that a person makes."""
        return self.updated_at.isoformat()


class ClientMove(models.Model):
    """Counts the statements that set time zones of clients: whoever is writing messages to them looks again.

    The count is the sum of the rows. Only a trigger writes it, each time the first row that no other
    transaction is writing. Claims read nothing of it, however many clients change.
    """

    statements = models.BigIntegerField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.statements} statements, slot {self.pk}"
