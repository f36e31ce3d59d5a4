"""How many clients a mailing that has not started would reach, as they are now."""

from collections.abc import Sequence

from django.core.cache import cache

from notification_service.mailings.audience import audience_by_zone
from notification_service.mailings.models import Mailing

KEPT_SECONDS = 60


def expected_clients(mailings: Sequence[Mailing]) -> dict[int, int]:
    """By mailing; at most KEPT_SECONDS old, for all clients may have to be counted, and many consoles ask."""
    keys = {mailing.pk: _key(mailing) for mailing in mailings}
    known = cache.get_many(keys.values()) if keys else {}
    for mailing in mailings:
        if (key := keys[mailing.pk]) not in known:
            known[key] = sum(audience_by_zone(mailing).values())
            cache.set(key, known[key], KEPT_SECONDS)
    return {pk: known[key] for pk, key in keys.items()}


def _key(mailing: Mailing) -> str:
    return f"console-expected-{mailing.pk}-{mailing.updated_at.timestamp()}"
