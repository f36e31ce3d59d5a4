"""Which clients a bulk action is for: a filter as JSON, kept with the action until a worker reads it."""

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Reverse
from django.db.models.lookups import StartsWith

from notification_service.directory.filters import InvalidFilter, read_filter
from notification_service.directory.models import Client
from notification_service.mailings.matching import matching_clients

OF_THE_LIST = ("timezone", "phones")
NOBODY = Q(pk=None)


def chosen_clients(chosen: Mapping[str, Any]) -> QuerySet[Client]:
    """Return the clients who match now. An absent key restricts nothing.

    The keys are those of a mailing's filter, and what the console's list finds clients by: `timezone`, and
    `phones` with a whole phone (`is`), or what one starts or ends with. What somebody typed into the list and
    no client can have, such as the code "abc", matches nobody.
    """
    own = {name: value for name, value in chosen.items() if name not in OF_THE_LIST}
    try:
        clients = matching_clients(read_filter(own))
    except InvalidFilter:
        return Client.objects.none()
    if "timezone" in chosen:
        clients = clients.filter(timezone=chosen["timezone"])
    return clients.filter(of_phones(chosen["phones"])) if "phones" in chosen else clients


def of_phones(phones: Mapping[str, Any]) -> Q:
    if "is" in phones:
        return Q(phone=phones["is"])
    begins = [Q(phone__startswith=start) for start in phones.get("starts", [])]
    # In this form, for the index client_phone_end.
    ends = [Q(StartsWith(Reverse(F("phone")), phones["ends"][::-1]))] if phones.get("ends") else []
    return reduce(or_, [*begins, *ends], NOBODY)
