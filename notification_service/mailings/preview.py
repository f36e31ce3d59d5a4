"""What a mailing would do if it were scheduled: who gets it, what and when, and how many are left out."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone

from notification_service.directory.models import Client
from notification_service.mailings.contact_hours import both, contact_hours
from notification_service.mailings.exclusions import CODES, terms_of, with_exclusion
from notification_service.mailings.gateways import GatewayState, gateway_states, stopped_by
from notification_service.mailings.holidays_ahead import Holiday, holidays_ahead
from notification_service.mailings.missing_values import lacking, needed_by
from notification_service.mailings.models import ContactHours, Gateway, Mailing
from notification_service.mailings.openings import period_of
from notification_service.mailings.personal_text import (
    PHONE,
    InvalidText,
    PersonalText,
    is_personal,
    read_text,
    values_of,
)
from notification_service.mailings.reach import audience_of, wanted_and_opted_out, wanted_by
from notification_service.mailings.reasons import Reason
from notification_service.mailings.send_window import SendWindow, ever_open, opening_in
from notification_service.mailings.sms import SmsCount, count_sms, sms_size

SAMPLES = 3
# Clients whose texts are made to count short messages: the first and the last of a larger audience.
MADE_TEXTS = 1_000


# How many clients of each zone get it, and how many do not, by the code of the reason.
Counted = tuple[dict[str, int], dict[str, int]]


@dataclass(frozen=True, slots=True)
class AudiencePreview:
    clients: int  # who would get a message
    excluded: dict[str, int]  # who match and would get none, by the code of the reason
    zones: int
    first_at: datetime | None
    first_zone: str
    last_at: datetime | None
    last_zone: str
    unreachable: int
    spread_until: datetime | None  # when the last first attempt is planned; None: they are not spread
    is_over_night: bool
    do_hours_meet: bool  # its own, and those of every mailing
    own_hours: SendWindow | None
    everyones: ContactHours | None  # None: there are none, or it is not held to them
    holidays: list[Holiday]  # on which it is not sent, as many as there is room for
    sms: SmsCount

    @property
    def reached(self) -> int:
        return self.clients - self.unreachable

    @property
    def no_value(self) -> int:
        return self.excluded["no_value"]


@dataclass(frozen=True, slots=True)
class SampleText:
    client_id: int
    text: str


def preview(fields: dict[str, Any], *, counted: Counted | None = None) -> AudiencePreview:
    """A query for the matching clients, one for the contact hours, and one for a personal text."""
    mailing = Mailing(**fields)
    starts, end_at = max(fields["start_at"], timezone.now()), fields["end_at"]
    in_zones, excluded = counted or clients_and_excluded(mailing)
    everyones = None if mailing.ignores_contact_hours else contact_hours()
    hours = both(mailing.send_window, everyones)
    zones = [
        (opening_in(zone, hours=hours, at=starts, end_at=end_at), zone, in_zones[zone]) for zone in in_zones
    ]
    # If several zones open together, the one where most clients live.
    reached = sorted((entry for entry in zones if entry[0] < end_at), key=lambda entry: (entry[0], -entry[2]))
    first, last = (reached[0], reached[-1]) if reached else ((None, "", 0), (None, "", 0))
    return AudiencePreview(
        clients=sum(in_zones.values()),
        excluded=excluded,
        zones=len(zones),
        first_at=first[0],
        first_zone=first[1] if hours else "",  # without hours, zones do not matter
        last_at=last[0],
        last_zone=last[1] if hours else "",
        unreachable=sum(count for at, _, count in zones if at >= end_at),
        spread_until=_spread_until(mailing, starts, [zone for _, zone, _ in reached]),
        is_over_night=any(window.opens > window.closes for window in hours),
        do_hours_meet=ever_open(hours),
        own_hours=mailing.send_window,
        everyones=everyones,
        holidays=holidays_ahead(hours, start=starts, end=end_at),
        sms=_sms(mailing, {zone: count for _, zone, count in reached}),
    )


def sample_texts(
    fields: dict[str, Any], *, shown_phone: Callable[[str], str] = lambda phone: phone
) -> list[SampleText]:
    """Return what some clients of the audience would get; `shown_phone`: a phone as the reader may see it."""
    mailing = Mailing(**fields)
    text = _read(mailing.text)
    clients = wanted_by(mailing).exclude(lacking(needed_by(mailing.text)))
    return [
        SampleText(pk, text.render(values_of(attributes, phone=shown_phone(phone), tag=tag)) or "")
        for pk, phone, tag, attributes, _ in _values(clients.order_by("id"), SAMPLES)
    ]


def shows_phones(text: str) -> bool:
    return any(each.name == PHONE for each in _read(text).placeholders)


def client_for_test(text: str, *, phone: str) -> Client | None:
    """Return the client whose values a test is to show: that of the phone, or any who lacks none."""
    wanted = Client.objects.alive().exclude(lacking(needed_by(text)))
    own = wanted.filter(phone=phone).first()
    return own or (wanted.order_by("id").first() if _read(text).placeholders else None)


def stopped_gateway(fields: dict[str, Any]) -> GatewayState | None:
    """Return the gateway that it would wait for, if that takes nothing now."""
    return stopped_by(Mailing(**fields), gateway_states(Gateway.objects.order_by("priority", "id")))


def clients_and_excluded(mailing: Mailing) -> Counted:
    excluded = dict.fromkeys(CODES, 0)
    if not needed_by(mailing.text) and not mailing.requires_consent:
        wanted, opted_out = wanted_and_opted_out(mailing)
        return wanted, excluded | {Reason.OPTED_OUT.value: opted_out}
    in_zones: dict[str, int] = {}
    clients = with_exclusion(audience_of(mailing).order_by(), terms_of(mailing), text=mailing.text)
    groups = clients.values_list("timezone", "exclusion")
    for zone, code, count in groups.annotate(clients=Count("*")):
        if code is None:
            in_zones[zone] = count
        else:
            excluded[code] += count
    return in_zones, excluded


def _spread_until(mailing: Mailing, starts: datetime, zones: list[str]) -> datetime | None:
    if not mailing.spread_minutes or not zones:
        return None
    since = max(starts, timezone.now())
    period = replace(period_of(mailing), begins=mailing.started_at or starts)
    last = [period.parts(zone, since=since)[-1] for zone in zones]
    return max(part.at + timedelta(seconds=part.seconds) for part in last)


def _sms(mailing: Mailing, reached: dict[str, int]) -> SmsCount:
    text, clients = _read(mailing.text), sum(reached.values())
    if not text.placeholders:
        return count_sms([sms_size(text.render({}) or "")], messages=clients)
    wanted = wanted_by(mailing).exclude(lacking(needed_by(mailing.text)))
    made = [
        text.render(values_of(attributes, phone=phone, tag=tag))
        for _, phone, tag, attributes, zone in _some(wanted, clients)
        if zone in reached
    ]
    return count_sms([sms_size(each) for each in made if each], messages=clients)


def _read(text: str) -> PersonalText:
    if is_personal(text):
        try:
            return read_text(text)
        except InvalidText:  # of an older version: it is sent as it is
            pass
    return PersonalText((text,))


def _some(clients: QuerySet[Client], count: int) -> list[Any]:
    first = _values(clients.order_by("id"), MADE_TEXTS)
    return first if count <= MADE_TEXTS else [*first, *_values(clients.order_by("-id"), MADE_TEXTS)]


def _values(clients: QuerySet[Client], most: int) -> list[Any]:
    """Return id, phone, tag, attributes and zone of each."""
    return list(clients.values_list("id", "phone", "tag", "attributes", "timezone")[:most])
