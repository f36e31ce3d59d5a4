"""What the API stores about requests that may be repeated."""

from django.db import models


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
