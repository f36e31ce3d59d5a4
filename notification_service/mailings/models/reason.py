from django.db import models

from notification_service.mailings.reasons import Why, read_row


class ReasonColumns(models.Model):
    """A code of `Reason`, or none, and its number: the HTTP status, or the gateway's own code."""

    reason = models.CharField(max_length=100, default="", blank=True, db_default="")
    reason_number = models.SmallIntegerField(null=True)

    class Meta:
        abstract = True

    @property
    def why(self) -> Why | None:
        return read_row(self.reason, self.reason_number)


class KeptReason(ReasonColumns):
    """With its text, where a library or the system said more; or a version without codes did."""

    error = models.CharField(max_length=100, default="", blank=True, db_default="")

    class Meta:
        abstract = True

    @property
    def why(self) -> Why | None:
        return read_row(self.reason, self.reason_number, self.error)
