from django.db import models
from django.db.models.functions import Now

from notification_service.directory.filters.filter import SEGMENT_NAME_LENGTH


class Segment(models.Model):
    """A filter that is saved by name. Mailings and other segments name it in theirs."""

    name = models.CharField(max_length=SEGMENT_NAME_LENGTH, unique=True)
    filter = models.JSONField(default=dict)  # as ClientFilter writes it
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.name

    @property
    def version(self) -> str:
        """It differs after each change that a person makes."""
        return self.updated_at.isoformat()
