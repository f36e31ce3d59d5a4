"""What the API keeps of requests that may be repeated."""

from django.db import models


class IdempotentAnswer(models.Model):
    """What a request that carried an Idempotency-Key was answered; null only while it is being worked on."""

    actor = models.CharField(max_length=40)
    key = models.CharField(max_length=255)
    body_hash = models.CharField(max_length=64)
    answer = models.TextField(null=True)  # noqa: DJ001 (no answer is not an empty one)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["actor", "key"], name="idempotent_answer_once")]

    def __str__(self) -> str:
        return f"answer to {self.actor}, key {self.key}"
