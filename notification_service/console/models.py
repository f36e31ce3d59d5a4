"""What the console remembers of its own forms."""

from django.db import models


class Submission(models.Model):
    """A form that was sent: a second copy of it, from a double click or a retry, makes nothing new."""

    key = models.UUIDField(primary_key=True)
    mailing_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    def __str__(self) -> str:
        return f"form {self.key}"
