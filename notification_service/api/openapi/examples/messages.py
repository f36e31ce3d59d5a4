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
    "error": None,
    "code": None,
    "code_number": None,
    "cause": None,
    "cause_number": None,
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
KNOWN_MESSAGE = {
    "id": 1,
    "mailing": 1,
    "text": TEXT,
    "status": "sent",
    "created_at": "2030-01-31T06:00:00.250000Z",
    "sent_at": "2030-01-31T06:00:02.500000Z",
    "gateway": "main",
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

RESPONSES: Examples = {
    "messages_proof": one(PROOF),
    "messages_list": one(page(MESSAGE)),
    "messages_retrieve": one({**MESSAGE, "failed_attempts": [FAILED_ATTEMPT]}),
}
