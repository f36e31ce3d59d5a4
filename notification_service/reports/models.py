from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now


class DailyReport(models.Model):
    """The report of a day, made once its hour has come: whom it has reached, and whom it has not.

    `next_attempt_at` is set while addresses wait. It is the time of the next attempt or, during an attempt,
    the time from which the attempt counts as dead. If it is empty and addresses wait, their time is over.
    """

    day = models.DateField(primary_key=True)
    # The same for every copy and attempt, so that a mail server or reader recognises a repeated one.
    message_id = models.CharField(max_length=400)
    waiting = ArrayField(models.CharField(max_length=320))
    accepted = ArrayField(models.CharField(max_length=320), default=list)
    refused = ArrayField(models.CharField(max_length=320), default=list)
    attempts = models.IntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, default="")  # of the last attempt that did not fully succeed
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"report of {self.day}"

    @property
    def unreached(self) -> int:
        return len(self.waiting) + len(self.refused)
