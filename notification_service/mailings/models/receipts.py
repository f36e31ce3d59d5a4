"""What is needed for receipts that name a message by the provider's id alone, and of no other gateway."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Now

from notification_service.mailings.models.gateway import Gateway
from notification_service.mailings.models.message import DELIVERY_REASON_LENGTH, PROVIDER_ID_LENGTH, Message


class ProviderMessage(models.Model):
    """Which message a provider means by its id; written with the record of the send, and kept for a month.

    A table of its own, because an index of the messages would make every record of a send write all of them.
    """

    pk = models.CompositePrimaryKey("gateway_id", "provider_id")
    gateway = models.ForeignKey(Gateway, models.CASCADE, db_constraint=False, db_index=False)
    provider_id = models.CharField(max_length=PROVIDER_ID_LENGTH)
    message_id = models.BigIntegerField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ()
        indexes = [BrinIndex(fields=["at"], name="provider_message_at")]

    def __str__(self) -> str:
        return f"message {self.message_id} at gateway {self.gateway_id}"


class EarlyReceipt(models.Model):
    """A receipt whose id nobody has named yet: it came before the record of the send, or is unknown."""

    pk = models.CompositePrimaryKey("gateway_id", "provider_id")
    gateway = models.ForeignKey(Gateway, models.CASCADE, db_constraint=False, db_index=False)
    provider_id = models.CharField(max_length=PROVIDER_ID_LENGTH)
    delivery = models.CharField(max_length=11, choices=Message.Delivery.choices)
    at = models.DateTimeField()
    reason = models.CharField(max_length=DELIVERY_REASON_LENGTH, blank=True)
    came_at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="early_receipt_delivery_is_known",
                condition=models.Q(delivery__in=["delivered", "undelivered"]),
            )
        ]

    def __str__(self) -> str:
        return f"receipt of gateway {self.gateway_id}"
