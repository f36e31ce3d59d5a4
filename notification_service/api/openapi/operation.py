"""One decorator argument list for every operation, so that none lacks its words."""

from collections.abc import Callable, Sequence
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.serializers import BaseSerializer

from notification_service.api.openapi import extensions  # noqa: F401 (they register themselves)

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "pattern": "^[!-~]([ -~]{0,253}[!-~])?$", "minLength": 1, "maxLength": 255},
    OpenApiParameter.HEADER,
    description="A name of your own for this request. One that repeats the key and says the same gets the "
    "first one's answer, with `Idempotency-Replayed: true`, and makes nothing anew. Kept for 48 hours.",
)
SENT_BACK = "What GET returned can be sent back: a read-only field is taken where it agrees."
Decorator = Callable[[Any], Any]


def operation(
    operation_id: str,
    summary: str,
    description: str,
    *,
    answer: type[BaseSerializer[Any]] | dict[str, Any] | BaseSerializer[Any] | None,
    body: type[BaseSerializer[Any]] | None = None,
    status: int = 200,
    parameters: Sequence[OpenApiParameter] = (),
) -> Decorator:
    """Examples and error answers are added by `hooks`, by the operation's id and shape."""
    tag = operation_id.split("_", 1)[0]
    return extend_schema(
        operation_id=operation_id,
        summary=summary,
        description=description,
        tags=[tag],
        request=body,
        responses={status: answer},
        parameters=list(parameters),
    )
