from django.db import models
from django.db.models import Q
from django.db.models.functions import MD5, Now

from notification_service.directory.rules import PHONE_DIGITS, PHONE_PATTERN
from notification_service.mailings.models.gateway import Gateway

INBOUND_LENGTH = 2000


class InboundMessage(models.Model):
    """What somebody wrote back, as a gateway passed it on. One row, however often the same reply comes."""

    gateway = models.ForeignKey(Gateway, models.SET_NULL, null=True, db_index=False)
    phone = models.CharField(max_length=PHONE_DIGITS)
    text = models.TextField(max_length=INBOUND_LENGTH, blank=True)
    at = models.DateTimeField()  # by the provider's clock
    received_at = models.DateTimeField(db_default=Now(), editable=False)
    is_stop = models.BooleanField(default=False)  # whether it was a stop word when it came

    class Meta:
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["phone", "id"], name="inbound_of_phone"),
            models.Index(fields=["id"], name="inbound_stops", condition=Q(is_stop=True)),
        ]
        constraints = [
            models.UniqueConstraint("gateway", "phone", "at", MD5("text"), name="inbound_once"),
            models.CheckConstraint(name="inbound_phone_is_russian", condition=Q(phone__regex=PHONE_PATTERN)),
        ]

    def __str__(self) -> str:
        return f"inbound message {self.pk}"
