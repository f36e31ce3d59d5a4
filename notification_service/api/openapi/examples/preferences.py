"""Opt-outs and consents."""

from typing import Any

from notification_service.api.openapi.examples.imports import IMPORTED
from notification_service.api.openapi.examples.parts import Examples, one, page

OPT_OUT_REQUEST = {"phone": "79161234567", "topic": "news", "reason": "asked by phone", "source": "support"}
OPT_OUT = {"id": 1, **OPT_OUT_REQUEST, "created_at": "2030-01-30T10:00:00Z"}
CONSENT_REQUEST = {
    "phone": "79161234567",
    "topic": "news",
    "given_at": "2026-01-30T10:00:00Z",
    "evidence": "https://shop.example/forms/3, with the box ticked",
}
CONSENT = {"id": 1, **CONSENT_REQUEST, "revoked_at": None}

REQUESTS: Examples = {
    "opt_outs_create": one(OPT_OUT_REQUEST),
    "consents_create": one(CONSENT_REQUEST),
}
FILES: dict[str, dict[str, Any]] = {
    "opt_outs_import": {
        "text/csv": "phone,topic,reason\n79161234567,news,asked by phone\n7926,,\n",
        "application/x-ndjson": '{"phone": "79161234567", "topic": "news"}\n',
    },
    "consents_import": {
        "text/csv": "phone,topic,given_at,evidence\n79161234567,news,2026-01-30T10:00:00Z,form 3\n7926,,,\n",
        "application/x-ndjson": '{"phone": "79161234567", "topic": "news", "evidence": "form 3"}\n',
    },
}
RESPONSES: Examples = {
    "opt_outs_list": one(page(OPT_OUT)),
    "opt_outs_create": one(OPT_OUT),
    "opt_outs_retrieve": one(OPT_OUT),
    "opt_outs_import": one(IMPORTED),
    "consents_list": one(page(CONSENT)),
    "consents_create": one(CONSENT),
    "consents_retrieve": one(CONSENT),
    "consents_import": one(IMPORTED),
}
