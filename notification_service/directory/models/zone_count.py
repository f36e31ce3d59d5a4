from django.db import models

from notification_service.directory.rules import ZONE_LENGTH


class ZoneCount(models.Model):
    """How many clients live in a time zone: the sum of its rows. Only triggers write it."""

    timezone = models.CharField(max_length=ZONE_LENGTH)
    clients = models.BigIntegerField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.clients} in {self.timezone}, slot {self.pk}"
