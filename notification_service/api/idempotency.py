"""One effect for a request that is repeated under the same Idempotency-Key, however often and when."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Model
from django.utils import timezone
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from notification_service.access.authentication import actor_of
from notification_service.api.models import IdempotentAnswer
from notification_service.api.problems import Unprocessable
from notification_service.sessions import request_transaction

KEY = re.compile("[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?")
KEPT_FOR = timedelta(hours=48)
PURGED_AT_ONCE = 100


def answer_once(request: Request, values: Mapping[str, Any], work: Callable[[], Any]) -> tuple[Any, bool]:
    """The answer of `work`, and whether it is that of an earlier request with the same key and values.

    `values` are what the body says once it is read: two bodies that say the same are the same.

    `work` and its answer are kept in one transaction. A request that fails leaves no trace: it may be
    repeated. Raises Unprocessable where the key came with other values.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return work(), False
    if not KEY.fullmatch(key):
        raise exceptions.ParseError("Idempotency-Key must have 1 to 255 printable ASCII characters.")
    with request_transaction():
        kept = _claim(actor=actor_of(request), key=key, body_hash=_hash(request.path, values))
        if kept.answer is not None:
            return json.loads(kept.answer), True
        answer = work()
        kept.answer = JSONRenderer().render(answer).decode()
        kept.save(update_fields=["answer"])
        _purge()
    return answer, False


def _claim(*, actor: str, key: str, body_hash: str) -> IdempotentAnswer:
    """The row of the key: an answered one, or a new one without answer that only we can see.

    The insert waits for another transaction that inserts the same key, so that of two requests at once
    the second sees the answer of the first.
    """
    fresh = IdempotentAnswer(actor=actor, key=key, body_hash=body_hash)
    IdempotentAnswer.objects.bulk_create([fresh], ignore_conflicts=True)
    kept = IdempotentAnswer.objects.get(actor=actor, key=key)
    if kept.body_hash != body_hash:
        raise Unprocessable("The Idempotency-Key was used with another request before.")
    return kept


def _hash(path: str, values: Mapping[str, Any]) -> str:
    # Lists are sets: each entry counts once, wherever it stands.
    said = {name: sorted(value) if isinstance(value, list) else value for name, value in values.items()}
    return hashlib.sha256(json.dumps([path, said], sort_keys=True, default=_plain).encode()).hexdigest()


def _plain(value: datetime | time | Model) -> Any:
    return value.pk if isinstance(value, Model) else value.isoformat()


def _purge() -> None:
    old = IdempotentAnswer.objects.filter(created_at__lt=timezone.now() - KEPT_FOR)
    # Another request may purge at this moment: what it holds is left to it.
    some = old.select_for_update(skip_locked=True).values_list("pk", flat=True)[:PURGED_AT_ONCE]
    IdempotentAnswer.objects.filter(pk__in=list(some)).delete()
