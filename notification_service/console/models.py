"""What the console stores about its own forms."""

import uuid
from datetime import timedelta

from django.db import models
from django.utils import timezone

KEPT_FOR = timedelta(days=2)


class Submission(models.Model):
    """A form that was sent: a second copy of it, from a double click or a retry, makes nothing new."""

    key = models.UUIDField(primary_key=True)
    mailing_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    def __str__(self) -> str:
        return f"form {self.key}"

    @classmethod
    def is_first(cls, key: uuid.UUID | None) -> bool:
        """Whether the form comes for the first time. A second waits for the transaction of the first."""
        if key is None:
            return True
        cls.forget_old()
        return cls.objects.get_or_create(key=key)[1]

    @classmethod
    def forget_old(cls) -> None:
        cls.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()
