"""Examples of the operations on webhooks."""

from typing import Any

from notification_service.api.openapi.examples.parts import Examples, one, page

WEBHOOK_REQUEST: dict[str, Any] = {
    "url": "https://crm.example/hooks/notifications",
    "events": ["mailing.finished", "messages.final"],
}
WEBHOOK = {
    "id": 1,
    **WEBHOOK_REQUEST,
    "enabled": True,
    "disabled_by": None,
    "disabled_at": None,
    "failing_since": None,
    "created_at": "2030-01-30T10:00:00Z",
    "updated_at": "2030-01-30T10:00:00Z",
}
WITH_SECRET = {**WEBHOOK, "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="}
DELIVERY = {
    "id": 7,
    "event": "messages.final",
    "webhook_id": "evt_7",
    "mailing": 1,
    "messages": 1000,
    "happened_at": "2030-01-31T06:00:02.600000Z",
    "status": "waiting",
    "attempts": 1,
    "attempted_at": "2030-01-31T06:00:02.750000Z",
    "next_attempt_at": "2030-01-31T06:00:03.400000Z",
    "http_status": 503,
    "answer": "Service Unavailable",
    "error": "HTTP 503",
    "code": "http_status",
    "code_number": 503,
}
_NOT_TRIED = {
    "attempted_at": None,
    "http_status": None,
    "answer": "",
    "error": None,
    "code": None,
    "code_number": None,
}
TEST_DELIVERY = DELIVERY | {
    "id": 8,
    "webhook_id": "evt_8",
    "event": "webhook.test",
    "mailing": None,
    "messages": 0,
    "attempts": 0,
    **_NOT_TRIED,
}

REQUESTS: Examples = {
    "webhooks_create": one(WEBHOOK_REQUEST),
    "webhooks_partial_update": one({"enabled": False}),
    "webhooks_redeliver": {
        "some": {"value": {"deliveries": [7, 8]}},
        "all that failed": {"value": {"since": "2030-01-31T06:00:00Z"}},
    },
}
RESPONSES: Examples = {
    "webhooks_list": one(page(WEBHOOK)),
    "webhooks_create": one(WITH_SECRET),
    "webhooks_retrieve": one(WEBHOOK),
    "webhooks_partial_update": one({**WEBHOOK, "enabled": False, "disabled_by": "person"}),
    "webhooks_deliveries": one(page(DELIVERY)),
    "webhooks_rotate_secret": one(WITH_SECRET),
    "webhooks_redeliver": one({"deliveries": 2}),
    "webhooks_test": one(TEST_DELIVERY),
}
