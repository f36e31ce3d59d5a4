"""POST of single messages: one, or a list of which the good ones are taken."""

import json
from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.serializers import ValidationError

from notification_service.access.doors import refuse_reserved_fields
from notification_service.api.idempotency import run_once
from notification_service.api.problems import field_problems
from notification_service.api.problems.domain import PLACES
from notification_service.api.serializers.message import MessageSerializer
from notification_service.api.serializers.single_message import (
    MessageResultsSerializer,
    SingleMessageListSerializer,
    SingleMessageSerializer,
    SingleMessagesSerializer,
)
from notification_service.api.views.message_rows import shown_messages
from notification_service.mailings.single_messages import MOST_AT_ONCE, NewMessage, NotTaken, send_messages

REQUEST = PolymorphicProxySerializer(
    component_name="MessagesToSend",
    serializers=[SingleMessageSerializer, SingleMessageListSerializer],
    resource_type_field_name=None,
)
RESPONSE = PolymorphicProxySerializer(
    component_name="MessagesTaken",
    serializers=[MessageSerializer, MessageResultsSerializer],
    resource_type_field_name=None,
)
SEND = (
    f"One message, or a list of up to {MOST_AT_ONCE:,} in `messages`, of which each has its result, and the "
    "good ones are taken. Single messages belong to no mailing. They go at once, before those of mailings, "
    "and are held to their own `send_window` alone. Opt-outs hold. A list takes a body of a mebibyte at most."
)


def send_one(request: Request, values: dict[str, Any]) -> Response:
    refuse_reserved_fields(request.user, values)

    def work() -> Any:
        (result,) = send_messages([NewMessage(**values)])
        if isinstance(result, NotTaken):
            raise ValidationError(_nested(result))
        return _shown([result])[result]

    body, is_replayed = run_once(request, values, work)
    location = reverse("message", kwargs={"pk": body["id"]}, request=request)
    return _taken(body, is_replayed=is_replayed, Location=location)


def send_list(request: Request) -> Response:
    serializer = SingleMessagesSerializer(data=request.data)
    serializer.is_valid(raise_exception=True)
    read = _read(serializer.validated_data["messages"])
    for values in read:
        if isinstance(values, dict):
            refuse_reserved_fields(request.user, values)
    said = {"messages": json.dumps(request.data, sort_keys=True)}
    body, is_replayed = run_once(request, said, lambda: _send(read))
    return _taken(body, is_replayed=is_replayed)


def _read(messages: Sequence[Any]) -> list[dict[str, Any] | ValidationError]:
    serializer = SingleMessageSerializer()
    read: list[dict[str, Any] | ValidationError] = []
    for message in messages:
        try:
            read.append(serializer.run_validation(message))
        except ValidationError as error:
            read.append(error)
    return read


def _send(read: Sequence[dict[str, Any] | ValidationError]) -> dict[str, Any]:
    results = iter(send_messages([NewMessage(**values) for values in read if isinstance(values, dict)]))
    ends = [values if isinstance(values, ValidationError) else next(results) for values in read]
    shown = _shown([end for end in ends if isinstance(end, int)])
    return {
        "accepted": len(shown),
        "refused": len(ends) - len(shown),
        "results": [_result(end, shown, place) for place, end in enumerate(ends)],
    }


def _result(end: int | NotTaken | ValidationError, shown: dict[int, Any], place: int) -> dict[str, Any]:
    if isinstance(end, int):
        return {"message": shown[end], "errors": []}
    detail = _nested(end) if isinstance(end, NotTaken) else end.detail
    return {"message": None, "errors": [*field_problems(detail, f"#/messages/{place}", separator="/")]}


def _nested(refusal: NotTaken) -> dict[str, Any]:
    nested: Any = [exceptions.ErrorDetail(refusal.detail, refusal.code)]
    for key in reversed(PLACES.get(refusal.field, (refusal.field,))):
        nested = {key: nested}
    return dict(nested)


def _shown(ids: list[int]) -> dict[int, Any]:
    rows = shown_messages().filter(partition=0, pk__in=ids)
    return {row["id"]: row for row in MessageSerializer(rows, many=True).data}


def _taken(body: Any, *, is_replayed: bool, **headers: str) -> Response:
    if is_replayed:
        headers["Idempotency-Replayed"] = "true"
    return Response(body, status=202, headers=headers)
