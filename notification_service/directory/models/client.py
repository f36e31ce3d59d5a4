from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from notification_service.directory.rules import (
    OPERATOR_CODE_PATTERN,
    PHONE_PATTERN,
    TAG_LENGTH,
    ZONE_LENGTH,
)


class ClientQuerySet(models.QuerySet["Client"]):
    def alive(self) -> Self:
        return self.filter(deleted_at=None)


class Client(models.Model):
    """A person with a phone. A deleted one keeps only its id, which its messages refer to."""

    phone = models.CharField(max_length=11, unique=True, null=True)  # noqa: DJ001 (unique, and none when deleted)
    operator_code = models.CharField(max_length=3)
    tag = models.CharField(max_length=TAG_LENGTH, blank=True, default="")
    timezone = models.CharField(max_length=ZONE_LENGTH)
    attributes = models.JSONField(default=dict, blank=True)
    # By the database's clock, as a mailing's start is: who was there before it is not a matter of skew.
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, editable=False)

    objects = ClientQuerySet.as_manager()

    class Meta:
        permissions = [("export_client", "Can take phones of clients away")]
        indexes = [
            # Also counts an audience by zone without reading the table.
            models.Index(
                fields=["operator_code", "tag", "timezone"],
                name="client_reach",
                condition=Q(deleted_at=None),
            )
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
            # The zone's name is checked by client_timezone_is_known: sql/schema/zone_check.sql.
        ]

    def __str__(self) -> str:
        return f"client {self.pk}"

    @property
    def version(self) -> str:
        """Another one after each change that a person makes."""
        return self.updated_at.isoformat()
