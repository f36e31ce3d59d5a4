from django.contrib.postgres.fields import ArrayField
from django.db import models


class SentTexts(models.Model):
    """What some messages of a mailing said, and not all of them. Only workers write it, with the successes.

    `texts` has one for each of `message_ids`; null once its client is erased.
    """

    mailing_id = models.BigIntegerField()
    first_id = models.BigIntegerField()  # the least and the greatest of the ids
    last_id = models.BigIntegerField()
    message_ids = ArrayField(models.BigIntegerField())
    texts = ArrayField(models.TextField(null=True))

    class Meta:
        indexes = [
            models.Index(fields=["mailing_id", "last_id"], name="sent_texts_of_mailing"),
        ]

    def __str__(self) -> str:
        return f"texts {self.pk} of mailing {self.mailing_id}"
