"""How many clients a mailing that has not started would reach, as they are now."""

from collections.abc import Sequence

from notification_service.mailings.forecast import zones_of
from notification_service.mailings.models import Mailing


def expected_clients(mailings: Sequence[Mailing]) -> dict[int, int]:
    """By mailing; up to a minute old."""
    return {pk: sum(zones.values()) for pk, zones in zones_of(mailings).items()}
