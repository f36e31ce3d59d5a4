"""What several operations say in the document."""

from drf_spectacular.utils import OpenApiParameter

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "pattern": "^[!-~]([ -~]{0,253}[!-~])?$", "minLength": 1, "maxLength": 255},
    OpenApiParameter.HEADER,
    description="A name of your own for this request. One that repeats the key and says the same gets the "
    "first one's answer, with `Idempotency-Replayed: true`, and makes nothing anew. Kept for 48 hours.",
)
SENT_BACK = "What GET returned can be sent back: a read-only field is taken where it agrees."
