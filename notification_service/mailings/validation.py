"""What the fields of a mailing may be: its text, its audience, its times, hours and spread."""

from datetime import datetime, timedelta

from notification_service.database.clock import database_now
from notification_service.directory.filters import InvalidFilter
from notification_service.mailings import contact_hours
from notification_service.mailings.matching import check_filter, filter_of
from notification_service.mailings.models import Mailing
from notification_service.mailings.personal_text import InvalidText, read_text
from notification_service.mailings.send_window import Hours, SendWindow, ever_open, opens_somewhere
from notification_service.mailings.spread import spread_fault

OUTCOME_OF = {"outcome_of_mailing", "outcome_of_statuses"}
AUDIENCE = OUTCOME_OF | {"operator_codes", "tags", "where", "segment", "exclude"}
# What must not go while a mailing is made that names it.
NAMING = {"segment", "exclude", "outcome_of_mailing"}
COLUMNS_OF = {"segment": {"segment"}, "exclude": {"exclude"}, "outcome_of": OUTCOME_OF}
HOURS = {*contact_hours.COLUMNS, "ignores_contact_hours"}
# For so long ago a start that is "now" may have been written.
WRITING_TIME = timedelta(minutes=1)


class InvalidChange(ValueError):  # noqa: N818
    """The value of `field` contradicts another one, or the clock; `code` is for programs."""

    def __init__(self, field: str, detail: str, code: str = "invalid") -> None:
        super().__init__(detail)
        self.field = field
        self.detail = detail
        self.code = code


def check_new(mailing: Mailing, *, is_made: bool = False) -> None:
    """Raises InvalidChange as `create_mailing` does: what could not be made is not previewed or foretold.

    `is_made`: it is about to be, in this transaction, so until the commit its segments stay.
    """
    check_text(mailing)
    check_named(mailing, AUDIENCE, is_kept=is_made)
    now = database_now()
    check_times(mailing, now)
    check_hours(mailing, now)
    check_spread(mailing, now)


def check_text(mailing: Mailing) -> None:
    try:
        read_text(mailing.text)
    except InvalidText as error:
        raise InvalidChange("text", str(error)) from None


def check_times(mailing: Mailing, now: datetime | None = None) -> None:
    """`now`: by the database, if it has just been asked."""
    if mailing.end_at <= mailing.start_at:
        raise InvalidChange("end_at", "must be after start_at", "not_after_start")
    if mailing.end_at <= (now or database_now()):
        raise InvalidChange("end_at", "must be in the future", "past")


def check_named(mailing: Mailing, changed: set[str], *, is_kept: bool = True) -> None:
    """The segments and the mailings that its filter names, where that has changed."""
    if not changed & AUDIENCE:
        return
    try:
        check_filter(filter_of(mailing), is_kept=is_kept)
    except InvalidFilter as error:
        for place, detail in error.faults:
            if changed & COLUMNS_OF[str(place[0])]:
                raise InvalidChange(".".join(map(str, place)), detail) from None


def check_hours(mailing: Mailing, now: datetime | None = None) -> None:
    """Hours that can reach nobody are a mistake; where they leave out some zones, the preview says so."""
    hours = contact_hours.hours_of(mailing)
    if not ever_open(hours):
        both = "the mailing's and the contact hours of the installation"
        if not ever_open(_days_alone(hours)):
            raise InvalidChange("window_days", f"No day is among both {both}.")
        raise InvalidChange("send_window", f"The hours never overlap: {both}.")
    start = max(mailing.start_at, now or database_now())
    if not opens_somewhere(hours, start=start, end=mailing.end_at):
        raise InvalidChange(
            "send_window", "Does not open between the start and the end of the mailing, in any time zone."
        )


def check_spread(mailing: Mailing, now: datetime | None = None) -> None:
    begins = mailing.started_at or max(mailing.start_at, (now or database_now()) - WRITING_TIME)
    if fault := spread_fault(mailing.spread_minutes, lasts=mailing.end_at - begins):
        raise InvalidChange("spread_minutes", fault)


def _days_alone(hours: Hours) -> Hours:
    return tuple(SendWindow(days=window.days) for window in hours)
