"""What the API stores about requests that may be repeated."""

from datetime import timedelta

from django.db import models
from django.db.models.functions import Now

KEPT_FOR = timedelta(hours=48)


class IdempotentResponse(models.Model):
    """The response to a request that carried an Idempotency-Key; null only while it is being worked on."""

    actor = models.CharField(max_length=40)
    key = models.CharField(max_length=255)
    body_hash = models.CharField(max_length=64)
    response = models.TextField(null=True)  # noqa: DJ001 (none is not an empty one)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["actor", "key"], name="idempotent_response_once")]

    def __str__(self) -> str:
        return f"response to {self.actor}, key {self.key}"

    @classmethod
    def forget_old(cls) -> None:
        """Whether or not another request comes with a key, which forgets a few."""
        cls.objects.filter(created_at__lt=Now() - KEPT_FOR).delete()
