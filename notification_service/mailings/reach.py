"""Which clients a mailing goes to, and how many they are."""

from typing import NamedTuple

from django.db.models import Count, QuerySet

from notification_service.directory.filters import ClientFilter
from notification_service.directory.models import Client
from notification_service.mailings.counting import counting_in_time
from notification_service.mailings.exclusions import (
    Terms,
    count_excluded,
    excludes_anybody,
    opted_out_of,
    terms_of,
    without_excluded,
)
from notification_service.mailings.matching import (
    clients_by_zone,
    count_matching,
    filter_of,
    matching_clients,
)
from notification_service.mailings.models import Mailing


class Reach(NamedTuple):
    clients: int  # who get a message
    excluded: dict[str, int]  # who match and get none, by the code of the reason


def count_reach(found: ClientFilter, terms: Terms) -> Reach:
    """Count the audience of a mailing with these terms, if it started now. Raises CountTooSlow."""
    with counting_in_time():
        excluded = count_excluded(matching_clients(found), terms)
        return Reach(count_matching(found) - sum(excluded.values()), excluded)


def audience_of(mailing: Mailing) -> QuerySet[Client]:
    """Return the clients who match a mailing's filter now, opted out or not.

    Segments are as they were at its start.
    """
    return matching_clients(filter_of(mailing), segments=mailing.segments_at_start)


def wanted_by(mailing: Mailing) -> QuerySet[Client]:
    """Return the clients who match, and neither have opted out nor lack a consent."""
    return without_excluded(audience_of(mailing), terms_of(mailing))


def audience_by_zone(mailing: Mailing) -> dict[str, int]:
    """Return how many clients would get a mailing that started at this moment, in each time zone."""
    if mailing.requires_consent:
        return _by_zone(wanted_by(mailing))
    return wanted_and_opted_out(mailing)[0]


def wanted_and_opted_out(mailing: Mailing) -> tuple[dict[str, int], int]:
    """Return the same and how many have opted out, of a mailing that requires no consent.

    Those who have are counted alone: they are few, and what matches has a quicker count than what remains.
    """
    matching = clients_by_zone(filter_of(mailing), segments=mailing.segments_at_start)
    terms = terms_of(mailing)
    if not excludes_anybody(terms):
        return matching, 0
    out = _by_zone(opted_out_of(audience_of(mailing), terms))
    left = {zone: clients - out.get(zone, 0) for zone, clients in matching.items()}
    return {zone: clients for zone, clients in left.items() if clients > 0}, sum(out.values())


def _by_zone(clients: QuerySet[Client]) -> dict[str, int]:
    return dict(clients.order_by().values_list("timezone").annotate(clients=Count("*")))
