"""How many clients of each zone wait for a mailing, which is new or partly sent."""

from collections.abc import Mapping, Sequence

from django.core.cache import cache

from notification_service.mailings.models import Mailing
from notification_service.mailings.preview import clients_and_excluded
from notification_service.mailings.reach import audience_by_zone
from notification_service.mailings.sql import sql

Counts = Mapping[int, Mapping[str, int]]  # messages by status, with their total, by mailing

KEPT_SECONDS = 60
SAMPLE, SAMPLE_BESIDE = 5_000, 1_000  # messages that are looked at, of a mailing and of others beside it


def zones_of_new(mailing: Mailing) -> dict[str, int]:
    """As they are now, for a mailing that is not made yet. Raises CountTooSlow."""
    return clients_and_excluded(mailing)[0]


def zones_of(mailings: Sequence[Mailing]) -> dict[int, dict[str, int]]:
    """Return them by mailing, at most KEPT_SECONDS old: counting is slow, and many consoles ask."""
    keys = {mailing.pk: _key(mailing) for mailing in mailings}
    known = cache.get_many(keys.values()) if keys else {}
    for mailing in mailings:
        if (key := keys[mailing.pk]) not in known:
            known[key] = audience_by_zone(mailing)
            cache.set(key, known[key], KEPT_SECONDS)
    return {pk: known[key] for pk, key in keys.items()}


def unsent_zones(
    mailings: Sequence[Mailing], counts: Counts, *, watched: int | None = None
) -> dict[int, dict[str, int]]:
    """Of mailings that are scheduled or under way; of `watched` with a larger sample."""
    is_built = {mailing.pk: mailing.audience_built_at is not None for mailing in mailings}
    found = zones_of([mailing for mailing in mailings if not is_built[mailing.pk]])
    found |= _sampled([mailing for mailing in mailings if is_built[mailing.pk]], watched)
    for mailing in mailings:
        if mailing.status != Mailing.Status.SCHEDULED:
            unsent = counts[mailing.pk]["pending"] + counts[mailing.pk]["sending"]
            if not is_built[mailing.pk]:  # its messages are being written
                unsent = max(unsent, sum(found[mailing.pk].values()) - counts[mailing.pk]["total"] + unsent)
            found[mailing.pk] = scaled(found[mailing.pk], to=unsent)
    return found


def whole_zones(mailing: Mailing, beside: Sequence[Mailing], counts: Counts) -> dict[int, dict[str, int]]:
    """Return all who get a mailing, and what was left of others at its start; in the proportions of now.

    What another that was there before has sent since then is taken to be as much as the mailing has.
    """
    found = zones_of([mailing, *beside])
    for each in (mailing, *beside):
        if each.audience_built_at and each.started_at and mailing.started_at:
            total, sent = counts[each.pk]["total"], counts[each.pk]["sent"]
            before = max(0, sent - counts[mailing.pk]["sent"]) if each.started_at < mailing.started_at else 0
            found[each.pk] = scaled(found[each.pk], to=total - before)
    return found


def scaled(zones: Mapping[str, int], *, to: int) -> dict[str, int]:
    """Return whole numbers in these proportions, with this sum."""
    whole, found = sum(zones.values()), {}
    for zone, clients in sorted(zones.items()):
        found[zone] = round(to * clients / whole) if whole else 0
        to, whole = to - found[zone], whole - clients
    return found


def _sampled(mailings: Sequence[Mailing], watched: int | None) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {mailing.pk: {} for mailing in mailings}
    if not found:
        return found
    rows = sql.rows(
        "forecast/unsent_zones",
        mailing_ids=list(found),
        partitions=[mailing.partition for mailing in mailings],
        samples=[SAMPLE if pk == watched else SAMPLE_BESIDE for pk in found],
    )
    for mailing_id, zone, clients in rows:
        found[mailing_id][zone] = clients
    return found


def _key(mailing: Mailing) -> str:
    return f"audience-zones-{mailing.pk}-{mailing.updated_at.timestamp()}"
