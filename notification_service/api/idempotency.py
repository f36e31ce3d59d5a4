"""A request that is repeated under the same Idempotency-Key has its effect once."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime, time
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from notification_service.access.authentication import actor_of
from notification_service.api.models import KEPT_FOR, IdempotentResponse
from notification_service.api.problems import Unprocessable
from notification_service.mailings.advisory_locks import lock

KEY = re.compile("[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?")
PURGED_AT_ONCE = 100


def run_once(request: Request, values: Mapping[str, Any], work: Callable[[], Any]) -> tuple[Any, bool]:
    """Return what `work` returned, and whether that was for an earlier request with the same key and values.

    `values` are what the body means once it is read: two bodies that mean the same are the same.

    The effect of `work` and what it returned are kept in one transaction. A request that fails leaves no
    trace: it may be repeated. Raises Unprocessable where the key came with other values.
    """
    key = _key_of(request)
    if key is None:
        return work(), False
    with transaction.atomic():
        kept = _claim(actor=actor_of(request), key=key, body_hash=_hash(request.path, values))
        if kept.response is not None:
            return json.loads(kept.response), True
        response = work()
        kept.response = JSONRenderer().render(response).decode()
        kept.save(update_fields=["response"])
        _purge()
    return response, False


def work_once(
    request: Request,
    *,
    work: Callable[[], Any],
    values: Callable[[], Mapping[str, Any]],
    read_all: Callable[[], object] = lambda: None,
) -> tuple[Any, bool]:
    """Do the same for work that commits as it goes, and may read a body of any size meanwhile.

    `values` is asked when `work`, or else `read_all`, has read the body. What `work` returned is kept when it
    ends: a request that broke off before is worked on anew when it is repeated.
    """
    key, actor = _key_of(request), actor_of(request)
    if key is None:
        return work(), False
    with lock(f"idempotency:{actor}:{key}"):
        kept = IdempotentResponse.objects.filter(actor=actor, key=key).first()
        if kept is not None and kept.response is not None:
            read_all()
            _check(kept, _hash(request.path, values()))
            return json.loads(kept.response), True
        response = work()
        _keep(actor, key, body_hash=_hash(request.path, values()), response=response)
    return response, False


def _key_of(request: Request) -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is not None and not KEY.fullmatch(key):
        raise exceptions.ParseError("Idempotency-Key must have 1 to 255 printable ASCII characters.")
    return key


@transaction.atomic
def _keep(actor: str, key: str, *, body_hash: str, response: Any) -> None:
    written = JSONRenderer().render(response).decode()
    row = IdempotentResponse(actor=actor, key=key, body_hash=body_hash, response=written)
    IdempotentResponse.objects.bulk_create([row], ignore_conflicts=True)
    _purge()


def _claim(*, actor: str, key: str, body_hash: str) -> IdempotentResponse:
    """Return the row of the key: one with a response, or a new one that only we can see.

    The insert waits for another transaction that inserts the same key, so that of two requests at once
    the second sees the response to the first.
    """
    fresh = IdempotentResponse(actor=actor, key=key, body_hash=body_hash)
    IdempotentResponse.objects.bulk_create([fresh], ignore_conflicts=True)
    kept = IdempotentResponse.objects.get(actor=actor, key=key)
    _check(kept, body_hash)
    return kept


def _check(kept: IdempotentResponse, body_hash: str) -> None:
    if kept.body_hash != body_hash:
        raise Unprocessable("The Idempotency-Key was used with another request before.")


def _hash(path: str, values: Mapping[str, Any]) -> str:
    # Lists are sets: the order of their entries does not matter.
    said = {name: sorted(value) if isinstance(value, list) else value for name, value in values.items()}
    return hashlib.sha256(json.dumps([path, said], sort_keys=True, default=_plain).encode()).hexdigest()


def _plain(value: datetime | time | Model) -> Any:
    return value.pk if isinstance(value, Model) else value.isoformat()


def _purge() -> None:
    old = IdempotentResponse.objects.filter(created_at__lt=timezone.now() - KEPT_FOR)
    # Another request may be purging now: leave it the rows that it holds.
    some = old.select_for_update(skip_locked=True).values_list("pk", flat=True)[:PURGED_AT_ONCE]
    IdempotentResponse.objects.filter(pk__in=list(some)).delete()
