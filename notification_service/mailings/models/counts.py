"""Counters that triggers keep in the transaction that changes a message, so they are always exact.

In the place of a mailing's id, SINGLES stands for all single messages.

Each is the sum of its slots. A backend writes the slot of its own process id, so that workers do not wait for
each other's row. Only `stats.py` reads them, and only the triggers write them.
"""

from django.db import models

from notification_service.mailings.models.mailing import Mailing
from notification_service.mailings.models.reason import ReasonColumns


class StatusTally(models.Model):
    """One column for each status of messages."""

    pending = models.BigIntegerField(db_default=0)
    sending = models.BigIntegerField(db_default=0)
    sent = models.BigIntegerField(db_default=0)
    failed = models.BigIntegerField(db_default=0)
    expired = models.BigIntegerField(db_default=0)
    cancelled = models.BigIntegerField(db_default=0)
    unknown = models.BigIntegerField(db_default=0)

    class Meta:
        abstract = True


class MessageCount(StatusTally):
    """Messages of a mailing by status and by delivery; of all mailings together where the mailing is null."""

    mailing = models.ForeignKey(Mailing, models.CASCADE, null=True, db_constraint=False, db_index=False)
    slot = models.SmallIntegerField()
    # By what receipts said, whatever the status is; of those that are sent, how many have a receipt.
    delivered = models.BigIntegerField(db_default=0)
    undelivered = models.BigIntegerField(db_default=0)
    answered = models.BigIntegerField(db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["mailing", "slot"], name="message_count_slot", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"messages of mailing {self.mailing_id}, slot {self.slot}"


class MinuteCount(models.Model):
    """What became of a mailing's messages in a minute: those that ended, and attempts to be repeated."""

    mailing = models.ForeignKey(Mailing, models.CASCADE, db_constraint=False, db_index=False)
    minute = models.DateTimeField()
    slot = models.SmallIntegerField()
    sent = models.BigIntegerField(db_default=0)
    failed = models.BigIntegerField(db_default=0)
    retried = models.BigIntegerField(db_default=0)
    expired = models.BigIntegerField(db_default=0)
    cancelled = models.BigIntegerField(db_default=0)
    unknown = models.BigIntegerField(db_default=0)
    delivered = models.BigIntegerField(db_default=0)
    undelivered = models.BigIntegerField(db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["mailing", "minute", "slot"], name="minute_count_slot")
        ]

    def __str__(self) -> str:
        return f"minute {self.minute} of mailing {self.mailing_id}, slot {self.slot}"


class FailureCount(ReasonColumns):
    """Messages of a mailing that are failed or unknown, by reason."""

    mailing = models.ForeignKey(Mailing, models.CASCADE, db_constraint=False, db_index=False)
    slot = models.SmallIntegerField()
    messages = models.BigIntegerField(db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["mailing", "reason", "reason_number", "slot"],
                name="failure_count_of_reason",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.why} of mailing {self.mailing_id}, slot {self.slot}"


class QuarterFailure(ReasonColumns):
    """Messages of a mailing that became failed or unknown in a quarter of an hour, by reason.

    In every time zone a day consists of whole quarters. A row for each minute would be fifteen times as many.
    """

    mailing = models.ForeignKey(Mailing, models.CASCADE, db_constraint=False, db_index=False)
    quarter = models.DateTimeField()
    slot = models.SmallIntegerField()
    messages = models.BigIntegerField(db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["mailing", "quarter", "reason", "reason_number", "slot"],
                name="quarter_failure_of_reason",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.why} of mailing {self.mailing_id} from {self.quarter}, slot {self.slot}"
