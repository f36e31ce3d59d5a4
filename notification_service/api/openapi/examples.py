"""A request and an answer for every operation, by its id."""

from typing import Any

Examples = dict[str, dict[str, Any]]

CLIENT_REQUEST = {
    "phone": "79161234567",
    "operator_code": "916",
    "tag": "vip",
    "timezone": "Europe/Moscow",
    "attributes": {"name": "Anna", "bonus_points": 120},
}
CLIENT = {
    "id": 1,
    **CLIENT_REQUEST,
    "created_at": "2030-01-30T10:00:00Z",
    "updated_at": "2030-01-30T10:00:00Z",
}
AUDIENCE = {"operator_codes": ["916", "926"], "tags": ["vip"]}
MAILING_REQUEST = {
    "text": "Our shop opens at ten.",
    "start_at": "2030-01-31T09:00:00+03:00",
    "end_at": "2030-01-31T21:00:00+03:00",
    "filter": AUDIENCE,
    "send_window": {"from": "09:00", "to": "21:00"},
    "on_unknown": "send_again",
    "gateway": None,
    "failover": False,
}
NO_MESSAGES = dict.fromkeys(
    ["total", "pending", "sending", "sent", "failed", "expired", "cancelled", "unknown"], 0
)
COUNTS = {**NO_MESSAGES, "total": 3, "pending": 1, "sent": 1, "failed": 1}
SCHEDULED = {
    "id": 1,
    **MAILING_REQUEST,
    "start_at": "2030-01-31T06:00:00Z",
    "end_at": "2030-01-31T18:00:00Z",
    "status": "scheduled",
    "messages": NO_MESSAGES,
    "created_at": "2030-01-30T10:00:00Z",
    "updated_at": "2030-01-30T10:00:00Z",
    "started_at": None,
    "finished_at": None,
}
RUNNING = {**SCHEDULED, "status": "running", "messages": COUNTS, "started_at": "2030-01-31T06:00:00.120000Z"}
MESSAGE = {
    "id": 1,
    "mailing": 1,
    "client": 1,
    "status": "sent",
    "created_at": "2030-01-31T06:00:00.250000Z",
    "sent_at": "2030-01-31T06:00:02.500000Z",
    "attempts": 2,
    "next_attempt_at": None,
    "gateway": "main",
    "error": None,
    "code": None,
    "code_number": None,
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
GATEWAY_REQUEST = {
    "name": "backup",
    "url": "https://backup.example",
    "token_variable": "GATEWAY_TOKEN_BACKUP",
}
GATEWAY = {
    "id": 2,
    "kind": "probe_server",
    **GATEWAY_REQUEST,
    "has_token": False,
    "connect_timeout_seconds": None,
    "request_timeout_seconds": None,
    "max_requests_per_second": 200.0,
    "max_concurrency": None,
    "priority": 1,
    "enabled": True,
    "is_default": False,
    "state": "held",
    "unusable_reason": "",
    "unusable_code": "",
    "breaker": "open",
    "held_reason": "HTTP 401",
    "held_code": "http_status",
    "held_code_number": 401,
    "held_at": "2030-01-31T06:00:00Z",
    "probe_at": "2030-01-31T06:00:02Z",
    "workers": 1,
    "concurrency": 64,
    "full_concurrency": 64,
    "latency_ms": 84.0,
}
MESSAGES_URL = "http://127.0.0.1:8000/api/messages/?mailing=1"
ENTRY = {
    "id": 1,
    "at": "2030-01-31T06:00:00.120000Z",
    "action": "mailing.changed",
    "object": {"kind": "mailing", "id": 1, "name": ""},
    "actor": {"kind": "key", "id": 3, "name": "shop"},
    "address": "203.0.113.7",
    "source": "api",
    "request_id": "0f8fad5bd9cb469fa16570867728950e",
    "changes": {"end_at": {"before": "2030-01-31T18:00:00+00:00", "after": "2030-02-01T18:00:00+00:00"}},
    "facts": {},
}
ADDRESSES = {"clients": "http://127.0.0.1:8000/api/clients/", "docs": "http://127.0.0.1:8000/docs"}


def _one(value: Any) -> dict[str, Any]:
    return {"example": {"value": value}}


def _page(*results: Any) -> dict[str, Any]:
    return {"next": None, "previous": None, "results": list(results)}


REQUESTS: Examples = {
    "clients_create": _one(CLIENT_REQUEST),
    "clients_update": _one(CLIENT_REQUEST),
    "clients_partial_update": _one({"tag": "regular"}),
    "gateways_create": _one(GATEWAY_REQUEST),
    "gateways_partial_update": _one({"max_requests_per_second": 200.0}),
    "mailings_create": {
        "full": {"value": MAILING_REQUEST},
        "everyone, at any hour": {
            "value": {name: MAILING_REQUEST[name] for name in ("text", "start_at", "end_at")}
        },
    },
    "mailings_update": _one(MAILING_REQUEST),
    "mailings_partial_update": _one({"end_at": "2030-02-01T21:00:00+03:00"}),
    "mailings_audience": _one(AUDIENCE),
}
FILES = {
    "text/csv": "phone,timezone,tag\n79161234567,Europe/Moscow,vip\n7926,Asia/Omsk,\n",
    "application/x-ndjson": '{"phone": "79161234567", "timezone": "Europe/Moscow", "tag": "vip"}\n',
}
RESPONSES: Examples = {
    "api_root": _one(ADDRESSES),
    "audit_list": _one(_page(ENTRY)),
    "audit_retrieve": _one(ENTRY),
    "clients_list": _one(_page(CLIENT)),
    "clients_create": _one(CLIENT),
    "clients_retrieve": _one(CLIENT),
    "clients_update": _one(CLIENT),
    "clients_partial_update": _one({**CLIENT, "tag": "regular"}),
    "clients_import": _one(
        {
            "received": 2,
            "created": 1,
            "updated": 0,
            "unchanged": 0,
            "rejected": 1,
            "errors": [{"line": 3, "reason": "must be 7 and ten more digits.", "field": "phone"}],
            "errors_truncated": False,
        }
    ),
    "gateways_list": _one(_page(GATEWAY)),
    "gateways_create": _one(GATEWAY),
    "gateways_retrieve": _one(GATEWAY),
    "gateways_partial_update": _one(GATEWAY),
    "mailings_list": _one(_page(RUNNING)),
    "mailings_create": _one(SCHEDULED),
    "mailings_retrieve": _one(RUNNING),
    "mailings_update": _one(SCHEDULED),
    "mailings_partial_update": _one({**RUNNING, "end_at": "2030-02-01T18:00:00Z"}),
    "mailings_pause": _one({**RUNNING, "status": "paused"}),
    "mailings_resume": _one(RUNNING),
    "mailings_cancel": _one({**RUNNING, "status": "cancelled"}),
    "mailings_audience": _one({"clients": 1234}),
    "mailings_fullinfo": _one(
        {
            "mailings": {
                "total": 1,
                "scheduled": 0,
                "running": 1,
                "paused": 0,
                "finished": 0,
                "cancelled": 0,
            },
            "messages": COUNTS,
            **_page(RUNNING),
        }
    ),
    "mailings_info": _one(
        {
            **RUNNING,
            "timeline": [{"minute": "2030-01-31T06:00:00Z", "sent": 1, "failed": 1, "retried": 1}],
            "failures": [{"reason": "HTTP 400", "code": "http_status", "code_number": 400, "messages": 1}],
            "first_messages": _page(MESSAGE),
            "messages_url": MESSAGES_URL,
        }
    ),
    "messages_list": _one(_page(MESSAGE)),
    "messages_retrieve": _one({**MESSAGE, "failed_attempts": [FAILED_ATTEMPT]}),
}
