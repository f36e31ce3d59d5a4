"""Messages, and the proof for one."""

from notification_service.api.openapi.examples.parts import Examples, one, page

TEXT = "Our shop opens at ten."
MESSAGE = {
    "id": 1,
    "mailing": 1,
    "client": 1,
    "client_external_id": "shop-4711",
    "status": "sent",
    "created_at": "2030-01-31T06:00:00.250000Z",
    "sent_at": "2030-01-31T06:00:02.500000Z",
    "attempts": 2,
    "next_attempt_at": None,
    "gateway": "main",
    "provider_id": None,
    "delivery": "delivered",
    "delivered_at": "2030-01-31T06:00:09Z",
    "delivery_reason": None,
    "error": None,
    "code": None,
    "code_number": None,
    "cause": None,
    "cause_number": None,
    "reference": None,
}
FAILED_ATTEMPT = {
    "number": 1,
    "at": "2030-01-31T06:00:00.500000Z",
    "outcome": "retry",
    "gateway": "main",
    "error": "HTTP 503",
    "code": "http_status",
    "code_number": 503,
    "http_status": 503,
    "answer": "Service Unavailable",
    "retry_at": "2030-01-31T06:00:01.700000Z",
}
KNOWN_ATTEMPT = {name: FAILED_ATTEMPT[name] for name in ("at", "outcome", "error", "answer")}
CODE_REQUEST = {"phone": "79161234567", "text": "Your code: 4711", "reference": "login-1"}
TAKEN = {
    **MESSAGE,
    "id": 2,
    "mailing": None,
    "client": None,
    "client_external_id": None,
    "status": "pending",
    "sent_at": None,
    "attempts": 0,
    "next_attempt_at": "2030-01-31T06:00:00.250000Z",
    "gateway": None,
    "delivery": None,
    "delivered_at": None,
    "reference": "login-1",
}
NOT_TAKEN = {
    "pointer": "#/messages/1/phone",
    "detail": "Must be 11 digits, the first a 7.",
    "code": "pattern",
}
KNOWN_MESSAGE = {
    "id": 1,
    "mailing": 1,
    "text": TEXT,
    "status": "sent",
    "created_at": "2030-01-31T06:00:00.250000Z",
    "sent_at": "2030-01-31T06:00:02.500000Z",
    "gateway": "main",
    "delivery": "delivered",
    "delivered_at": "2030-01-31T06:00:09Z",
    "error": None,
    "failed_attempts": [KNOWN_ATTEMPT],
}
PROOF = {
    "message": 1,
    **{name: value for name, value in KNOWN_MESSAGE.items() if name != "id"},
    "client": 1,
    "phone": "79161234567",
    "phone_changed_since": False,
    "timezone": "Europe/Moscow",
    "sent_at_local": "2030-01-31T09:00:02.500000+03:00",
    "consent": None,
}

REQUESTS: Examples = {
    "messages_create": {
        "one message": {"value": CODE_REQUEST},
        "a list": {"value": {"messages": [CODE_REQUEST, {"client": 1, "text": "Your order is ready."}]}},
    },
}
RESPONSES: Examples = {
    "messages_create": {
        "one message": {"value": TAKEN},
        "a list": {
            "value": {
                "accepted": 1,
                "refused": 1,
                "results": [{"message": TAKEN, "errors": []}, {"message": None, "errors": [NOT_TAKEN]}],
            }
        },
    },
    "messages_proof": one(PROOF),
    "messages_list": one(page(MESSAGE)),
    "messages_retrieve": one({**MESSAGE, "single": None, "failed_attempts": [FAILED_ATTEMPT]}),
}
