"""The section `webhooks` of the document: what receivers of events get."""

from typing import Any

from notification_service.webhooks.events import TEST, Event

NUMBER = {"type": "integer", "format": "int64"}
TEXT, WORD = {"type": "string"}, {"type": ["string", "null"]}
TIME, NO_TIME = {"type": "string", "format": "date-time"}, {"type": ["string", "null"], "format": "date-time"}
CLIENT = {"type": ["integer", "null"], "format": "int64", "description": "null: the client is deleted."}
NO_MAILING = {"type": ["integer", "null"], "format": "int64", "description": "null: single messages."}
STATUSES = ("pending", "sending", "sent", "failed", "expired", "cancelled", "unknown")
FINAL = ["sent", "failed", "expired", "cancelled", "unknown"]
COUNTS = {**dict.fromkeys(STATUSES, 0), "total": 3, "sent": 2, "failed": 1}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": sorted(properties)}


def _several(each: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": each, "minItems": 1, "maxItems": 1000}


_OF_MAILING = _object(
    mailing=NUMBER,
    name=TEXT,
    reference=TEXT,
    status={"type": "string", "enum": ["running", "paused", "finished", "cancelled"]},
    messages=_object(total=NUMBER, **dict.fromkeys(STATUSES, NUMBER)),
)
_FINAL = _object(
    mailing=NO_MAILING,
    reference=TEXT,
    messages=_several(
        _object(
            id=NUMBER,
            client=CLIENT,
            external_id=WORD,
            reference=WORD,
            status={"type": "string", "enum": FINAL},
            sent_at=NO_TIME,
            code=WORD,
        )
    ),
)
_DELIVERY = _object(
    mailing=NO_MAILING,
    reference=TEXT,
    messages=_several(
        _object(
            id=NUMBER,
            client=CLIENT,
            external_id=WORD,
            reference=WORD,
            delivery={"type": "string", "enum": ["delivered", "undelivered"]},
            delivered_at=NO_TIME,
            reason=WORD,
        )
    ),
)
_OPTED_OUT = _object(
    opt_outs=_several(_object(id=NUMBER, client=CLIENT, external_id=WORD, phone=TEXT, topic=TEXT))
)
_GATEWAY = _object(gateway=NUMBER, name=TEXT, code=WORD, code_number={"type": ["integer", "null"]})

_MESSAGE = {"id": 1, "client": 1, "external_id": "shop-4711", "reference": None}
_SENT = _MESSAGE | {"status": "sent", "sent_at": "2030-01-31T06:00:02.500000Z", "code": None}
_RECEIPT = _MESSAGE | {"delivery": "delivered", "delivered_at": "2030-01-31T06:00:04Z", "reason": None}
_SAID = {"id": 1, "client": 1, "external_id": "shop-4711", "phone": "79161234567", "topic": ""}
_HELD = {"gateway": 2, "name": "second", "code": "http_status", "code_number": 503}


def _mailing(status: str) -> dict[str, Any]:
    named = {"mailing": 1, "name": "Spring", "reference": "crm-4711"}
    return {**named, "status": status, "messages": COUNTS}


_EVENTS: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    Event.MAILING_STARTED: ("A mailing has started", _OF_MAILING, _mailing("running")),
    Event.MAILING_PAUSED: ("A mailing was paused", _OF_MAILING, _mailing("paused")),
    Event.MAILING_RESUMED: ("A mailing goes on", _OF_MAILING, _mailing("running")),
    Event.MAILING_FINISHED: ("A mailing has ended", _OF_MAILING, _mailing("finished")),
    Event.MAILING_CANCELLED: ("A mailing was cancelled", _OF_MAILING, _mailing("cancelled")),
    Event.MESSAGES_FINAL: (
        "Up to 1,000 messages of a mailing came to a final status",
        _FINAL,
        {"mailing": 1, "reference": "crm-4711", "messages": [_SENT]},
    ),
    Event.MESSAGES_DELIVERY: (
        "Up to 1,000 receipts for messages of a mailing",
        _DELIVERY,
        {"mailing": 1, "reference": "crm-4711", "messages": [_RECEIPT]},
    ),
    Event.CLIENT_OPTED_OUT: ("Up to 1,000 phones have opted out", _OPTED_OUT, {"opt_outs": [_SAID]}),
    Event.GATEWAY_HELD: ("A gateway takes no messages", _GATEWAY, _HELD),
    Event.GATEWAY_RELEASED: (
        "A gateway takes messages again",
        _GATEWAY,
        _HELD | {"code": None, "code_number": None},
    ),
    TEST: ("A test that was asked for", _object(webhook=NUMBER), {"webhook": 1}),
}
_HEADERS = {
    "webhook-id": "The same for every attempt: what has come already may come again.",
    "webhook-timestamp": "When this attempt was made, in seconds since 1970.",
    "webhook-signature": "`v1,` and a signature; while a secret is replaced two, with a space between them.",
}


def webhooks() -> dict[str, Any]:
    return {str(name): {"post": _operation(name, *about)} for name, about in _EVENTS.items()}


def _operation(name: str, summary: str, about: dict[str, Any], example: dict[str, Any]) -> dict[str, Any]:
    schema = _object(type={"type": "string", "const": str(name)}, timestamp=TIME, data=about)
    body = {"type": str(name), "timestamp": "2030-01-31T06:00:02.750000Z", "data": example}
    return {
        "operationId": f"told_{name.replace('.', '_')}",
        "summary": summary,
        "description": "Signed as Standard Webhooks says. At least once; those of a mailing in order, as far "
        "as retries allow.",
        "tags": ["webhooks"],
        "parameters": [
            {"in": "header", "name": header, "required": True, "schema": TEXT, "description": words}
            for header, words in _HEADERS.items()
        ],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": schema, "examples": {"example": {"value": body}}}},
        },
        "responses": {
            "2XX": {"description": "It was taken. Anything else is tried again for three days."},
            "410": {"description": "Nothing is to be sent any more: the webhook is disabled."},
        },
        "security": [],
    }
