from typing import Any

from django.db import models

from notification_service.mailings.reasons import CAUSED, Why, read_row


class ReasonColumns(models.Model):
    """A code of `Reason`, or none, with its number: the HTTP status, or the gateway's own code."""

    reason = models.CharField(max_length=100, default="", blank=True, db_default="")
    reason_number = models.SmallIntegerField(null=True)

    class Meta:
        abstract = True

    @property
    def why(self) -> Why | None:
        return read_row(self.reason, self.reason_number)


class ReasonRead:
    """What the columns of a kept reason say, of a row that is read in whichever way."""

    __slots__ = ()

    reason: Any
    reason_number: Any
    error: Any

    @property
    def why(self) -> Why | None:
        return read_row(self.reason, self.reason_number, self.error)

    @property
    def cause(self) -> str:
        """The code of what had kept an expired message from being sent; empty: nothing had failed."""
        return self._cause.code.value if self._cause else ""

    @property
    def cause_number(self) -> int | None:
        return self._cause.number if self._cause else None

    @property
    def _cause(self) -> Why | None:
        return self.why.cause if self.reason in CAUSED and self.why else None


class KeptReason(ReasonRead, ReasonColumns):
    """Also with a text, if a library or the system said more, or a version without codes did."""

    error = models.CharField(max_length=100, default="", blank=True, db_default="")

    class Meta:
        abstract = True
