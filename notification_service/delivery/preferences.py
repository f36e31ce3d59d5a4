"""What a worker knows of how urgent each mailing is: from its terms, and from the zones of its last claim."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from notification_service.delivery.messages import Claimed, MailingTerms
from notification_service.delivery.shared_state import SharedState
from notification_service.mailings.hurry import EQUAL, Need, Preference, prefer
from notification_service.mailings.time_left import TimeLeft, time_left

KEPT_SECONDS = 0.2  # for which a preference holds: what it is made of is read ten times a second


class Preferences:
    def __init__(self) -> None:
        self._zones: dict[int, set[str]] = {}  # of mailings with hours: those of the last claim
        self._preference = EQUAL
        self._made_at = float("-inf")

    def note(self, messages: Sequence[Claimed], shared: SharedState) -> None:
        """Remember the zones of a claim. A mailing's messages are due in the order in which zones close."""
        terms = shared.terms
        if len(terms) < 2:  # there is nobody to prefer
            return
        with_hours = {mailing_id for mailing_id, each in terms.items() if each.hours}
        found = {(m.mailing_id, m.timezone) for m in messages if m.mailing_id in with_hours}
        self._zones = {mailing_id: self._zones.get(mailing_id, set()) for mailing_id in with_hours}
        for mailing_id in {mailing_id for mailing_id, _ in found}:
            self._zones[mailing_id] = {zone for each, zone in found if each == mailing_id}

    def preference(self, shared: SharedState, *, rate: float, now: float) -> Preference:
        """Return whom the next claim prefers; nobody while a single mailing is known.

        `now`: steady_seconds().
        """
        if len(shared.terms) < 2:
            return EQUAL
        if now - self._made_at >= KEPT_SECONDS:
            self._preference = prefer(self._needs(shared.terms.items(), shared.clock.now()), rate=rate)
            self._made_at = now
        return self._preference

    def _needs(self, terms: Iterable[tuple[int, MailingTerms]], now: datetime) -> list[Need]:
        return [self._need(mailing_id, each, now) for mailing_id, each in terms if each.is_running]

    def _need(self, mailing_id: int, terms: MailingTerms, now: datetime) -> Need:
        zones = self._zones.get(mailing_id, set()) if terms.hours else set()
        times = [time_left(terms.hours, zone, at=now, end_at=terms.end_at) for zone in zones]
        whole = time_left((), "UTC", at=now, end_at=terms.end_at)
        most = min((left for left in times if left.closing), default=TimeLeft(whole.open, whole.closing))
        return Need(mailing_id, terms.left, most.open, most.closing)
