from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from notification_service.mailings.public_holidays import DAYS
from notification_service.mailings.send_window import SendWindow, window_of

COUNTRY_PATTERN = "^([A-Z]{2})?$"


class WindowColumns(models.Model):
    """The four columns of a send window. Empty: it does not restrict that."""

    window_from = models.TimeField(null=True, blank=True)
    window_to = models.TimeField(null=True, blank=True)
    window_days = ArrayField(models.CharField(max_length=3), default=list, db_default=[], blank=True)
    window_holidays = models.CharField(max_length=2, default="", db_default="", blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(class)s_window_is_whole",
                condition=Q(window_from=None, window_to=None)
                | Q(window_from__isnull=False, window_to__isnull=False) & ~Q(window_from=F("window_to")),
            ),
            models.CheckConstraint(
                name="%(class)s_window_days_are_known", condition=Q(window_days__contained_by=list(DAYS))
            ),
            models.CheckConstraint(
                name="%(class)s_window_holidays_are_a_country",
                condition=Q(window_holidays__regex=COUNTRY_PATTERN),
            ),
        ]

    @property
    def send_window(self) -> SendWindow | None:
        return window_of(self.window_from, self.window_to, self.window_days, self.window_holidays)


class ContactHours(WindowColumns):
    """The hours that every mailing is held to. One row, or none where there are no such hours."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        default_permissions = ("view", "change")
        constraints = [
            *WindowColumns.Meta.constraints,
            models.CheckConstraint(name="contact_hours_are_one_row", condition=Q(id=1)),
        ]

    def __str__(self) -> str:
        return "contact hours"
