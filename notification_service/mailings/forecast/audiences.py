"""How many clients of each zone wait for a mailing: those who would get it, or what of it is unsent."""

from collections.abc import Mapping, Sequence

from django.core.cache import cache

from notification_service.mailings import stats
from notification_service.mailings.audience import audience_by_zone
from notification_service.mailings.models import Mailing
from notification_service.mailings.preview import clients_and_excluded
from notification_service.mailings.sql import sql

KEPT_SECONDS = 60
SAMPLE, SAMPLE_BESIDE = 10_000, 2_000  # messages that are looked at, of a mailing and of others beside it


def zones_of_new(mailing: Mailing) -> dict[str, int]:
    """As they are now, for a mailing that is not made yet. Raises CountTooSlow."""
    return clients_and_excluded(mailing)[0]


def zones_of(mailings: Sequence[Mailing]) -> dict[int, dict[str, int]]:
    """By mailing; at most KEPT_SECONDS old, for all clients may have to be counted, and many consoles ask."""
    keys = {mailing.pk: _key(mailing) for mailing in mailings}
    known = cache.get_many(keys.values()) if keys else {}
    for mailing in mailings:
        if (key := keys[mailing.pk]) not in known:
            known[key] = audience_by_zone(mailing)
            cache.set(key, known[key], KEPT_SECONDS)
    return {pk: known[key] for pk, key in keys.items()}


def unsent_zones(mailings: Sequence[Mailing], *, watched: int | None = None) -> dict[int, dict[str, int]]:
    """Of mailings that are scheduled or under way; of `watched` with a larger sample."""
    under_way = [mailing for mailing in mailings if mailing.status != Mailing.Status.SCHEDULED]
    counts = stats.message_counts([mailing.pk for mailing in under_way])
    found = zones_of([mailing for mailing in mailings if not mailing.audience_built_at])
    for mailing in under_way:
        unsent = counts[mailing.pk]["pending"] + counts[mailing.pk]["sending"]
        if mailing.audience_built_at:
            sample = SAMPLE if mailing.pk == watched else SAMPLE_BESIDE
            found[mailing.pk] = scaled(_sampled(mailing, sample), to=unsent)
        else:  # its messages are being written
            expected = sum(found[mailing.pk].values()) - counts[mailing.pk]["total"] + unsent
            found[mailing.pk] = scaled(found[mailing.pk], to=max(expected, unsent))
    return found


def whole_zones(mailings: Sequence[Mailing]) -> dict[int, dict[str, int]]:
    """Return all who get a mailing, sent or not, in the proportions of who matches now."""
    found = zones_of(mailings)
    counts = stats.message_counts([mailing.pk for mailing in mailings if mailing.audience_built_at])
    return found | {pk: scaled(found[pk], to=counts[pk]["total"]) for pk in counts}


def scaled(zones: Mapping[str, int], *, to: int) -> dict[str, int]:
    """Return whole numbers in these proportions, with this sum."""
    whole, found = sum(zones.values()), {}
    for zone, clients in sorted(zones.items()):
        found[zone] = round(to * clients / whole) if whole else 0
        to, whole = to - found[zone], whole - clients
    return found


def _sampled(mailing: Mailing, sample: int) -> dict[str, int]:
    place = {"partition": mailing.partition, "mailing_id": mailing.pk}
    return dict(sql.rows("forecast/unsent_zones", sample=sample, **place))


def _key(mailing: Mailing) -> str:
    return f"audience-zones-{mailing.pk}-{mailing.updated_at.timestamp()}"
