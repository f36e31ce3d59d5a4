"""A request and a response for every operation, by its id."""

import json
from typing import Any

Examples = dict[str, dict[str, Any]]

CLIENT_REQUEST = {
    "phone": "79161234567",
    "operator_code": "916",
    "tags": ["vip", "kazan"],
    "timezone": "Europe/Moscow",
    "external_id": "shop-4711",
    "attributes": {"name": "Anna", "bonus_points": 120},
}
CLIENT = {
    "id": 1,
    **CLIENT_REQUEST,
    "tag": "vip",
    "created_at": "2030-01-30T10:00:00Z",
    "updated_at": "2030-01-30T10:00:00Z",
}
AUDIENCE = {"operator_codes": ["916", "926"], "tags": ["vip"]}
SEND_WINDOW = {"from": "09:00", "to": "21:00", "days": ["mon", "tue", "wed", "thu", "fri"], "holidays": "RU"}
FILTER = {
    "where": {
        "all": [
            {"field": "attributes.city", "op": "eq", "value": "Kazan"},
            {"not": {"field": "attributes.last_purchase", "op": "gte", "value": "2030-03-01"}},
        ]
    },
    "exclude": {"outcome_of": {"mailing": 1, "statuses": ["sent", "unknown"]}},
}
SEGMENT_REQUEST = {"name": "Kazan, not since March", "filter": FILTER}
SEGMENT = {
    "id": 1,
    **SEGMENT_REQUEST,
    "created_at": "2030-01-30T10:00:00Z",
    "updated_at": "2030-01-30T10:00:00Z",
}
MAILING_REQUEST = {
    "name": "January opening",
    "text": "Our shop opens at ten.",
    "start_at": "2030-01-31T09:00:00+03:00",
    "end_at": "2030-01-31T21:00:00+03:00",
    "filter": AUDIENCE,
    "topic": "news",
    "requires_consent": False,
    "ignores_opt_outs": False,
    "send_window": SEND_WINDOW,
    "ignores_contact_hours": False,
    "on_unknown": "send_again",
    "gateway": None,
    "failover": False,
    "reference": "opening-2030",
}
CONTACT_HOURS = {"from": "08:00", "to": "22:00", "days": None, "holidays": None}
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
    "excluded": {"opted_out": 0, "no_consent": 0, "no_value": 0},
    "created_at": "2030-01-30T10:00:00Z",
    "updated_at": "2030-01-30T10:00:00Z",
    "started_at": None,
    "finished_at": None,
}
EXCLUDED = {"opted_out": 2, "no_consent": 0, "no_value": 0}
RUNNING = {
    **SCHEDULED,
    "status": "running",
    "messages": COUNTS,
    "excluded": EXCLUDED,
    "started_at": "2030-01-31T06:00:00.120000Z",
}
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
    "text": MAILING_REQUEST["text"],
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
OPT_OUT_REQUEST = {"phone": "79161234567", "topic": "news", "reason": "asked by phone", "source": "support"}
OPT_OUT = {"id": 1, **OPT_OUT_REQUEST, "created_at": "2030-01-30T10:00:00Z"}
CONSENT_REQUEST = {
    "phone": "79161234567",
    "topic": "news",
    "given_at": "2026-01-30T10:00:00Z",
    "evidence": "https://shop.example/forms/3, with the box ticked",
}
CONSENT = {"id": 1, **CONSENT_REQUEST, "revoked_at": None}
GATEWAY_REQUEST = {
    "name": "backup",
    "url": "https://backup.example",
    "token_variable": "GATEWAY_TOKEN_BACKUP",
}
HTTP_GATEWAY_REQUEST = {
    "name": "shop",
    "kind": "http",
    "token_variable": "GATEWAY_TOKEN_SHOP",
    "config": {
        "method": "POST",
        "url": "https://sms.example/send",
        "headers": {"Authorization": "Bearer {{token}}"},
        "content_type": "application/json",
        "body": {"to": "{{phone}}", "text": "{{text}}", "ref": "{{id}}"},
        "accepted": [{"status": [200], "body": {"/status": ["ok", "queued"]}}],
        "refused": [{"status": [400, 422]}],
        "not_let_in": [{"status": [401, 403]}],
        "provider_id": "/message/id",
    },
}
GATEWAY = {
    "id": 2,
    "kind": "probe_server",
    **GATEWAY_REQUEST,
    "config": None,
    "has_token": False,
    "tls_ca": "",
    "tls_certificate": "",
    "has_tls_key": False,
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
TEMPLATE_REQUEST = {"name": "Order is ready", "text": "{{name|Hello}}, your order {{order}} is ready."}
TEMPLATE = {"id": 1, **TEMPLATE_REQUEST, "version": 2, "updated_at": "2030-01-30T10:00:00Z"}
VERSION = {**TEMPLATE_REQUEST, "version": 2, "updated_at": "2030-01-30T10:00:00Z"}
TEST_SEND = {
    "id": 1001,
    "status": "waiting",
    "text": "Anna, your order 1042 is ready.",
    "phone": "79161234567",
    "gateway": "main",
    "error": None,
    "code": None,
    "created_at": "2030-01-30T10:00:00Z",
    "finished_at": None,
}
PREVIEW = {
    "clients": 1234,
    "excluded": {"opted_out": 2, "no_consent": 0, "no_value": 12},
    "sms": {"min": 1, "max": 2, "total": 1260, "encoding": "GSM-7"},
    "samples": [{"client": 1, "text": "Anna, your order 1042 is ready."}],
    "first_at": "2030-01-31T06:00:00Z",
    "last_opening_at": "2030-01-31T07:00:00Z",
    "unreachable": 0,
}
FORECAST = {
    "finishes_at": None,
    "sent": 44800,
    "unreached": {
        "total": 3200,
        "by_zone": [
            {"timezone": "Europe/Kaliningrad", "clients": 2100},
            {"timezone": "Europe/Moscow", "clients": 1100},
        ],
    },
    "limited_by": "gateway_rate",
    "needed_requests_per_second": 41.0,
}
MESSAGES_URL = "http://127.0.0.1:8000/api/v1/messages/?mailing=1"
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
BULK_ACTION_REQUEST = {"action": "add_tag", "tag": "spring", "filter": {"tags": ["vip"]}}
BULK_ACTION = {
    "id": 1,
    **BULK_ACTION_REQUEST,
    "status": "finished",
    "clients": 1200,
    "changed": 1100,
    "unchanged": 100,
    "refused": 0,
    "undoes": None,
    "created_at": "2030-01-30T10:00:00Z",
    "finished_at": "2030-01-30T10:00:02Z",
}
BULK_ACTION_REQUESTED = {
    **BULK_ACTION,
    "status": "waiting",
    "clients": None,
    "changed": 0,
    "unchanged": 0,
    "finished_at": None,
}
UNDOING = {**BULK_ACTION_REQUESTED, "id": 2, "action": "remove_tag", "filter": {}, "undoes": 1}
ADDRESSES = {"clients": "http://127.0.0.1:8000/api/v1/clients/", "docs": "http://127.0.0.1:8000/docs"}


def _cell(value: Any) -> str:
    return "" if value is None else str(value)


def _one(value: Any) -> dict[str, Any]:
    return {"example": {"value": value}}


def _page(*results: Any) -> dict[str, Any]:
    return {"next": None, "previous": None, "results": list(results)}


REQUESTS: Examples = {
    "bulk_actions_create": _one(BULK_ACTION_REQUEST),
    "clients_create": _one(CLIENT_REQUEST),
    "clients_update": _one(CLIENT_REQUEST),
    "clients_partial_update": _one({"tags": ["regular"]}),
    "clients_put_by_phone": _one({name: CLIENT_REQUEST[name] for name in ("tags", "timezone", "attributes")}),
    "opt_outs_create": _one(OPT_OUT_REQUEST),
    "consents_create": _one(CONSENT_REQUEST),
    "contact_hours_update": _one({"from": "08:00", "to": "22:00"}),
    "gateways_create": {
        "a gateway that speaks as the bundled one": {"value": GATEWAY_REQUEST},
        "any HTTP API": {"value": HTTP_GATEWAY_REQUEST},
    },
    "gateways_partial_update": _one({"max_requests_per_second": 200.0}),
    "mailings_create": {
        "full": {"value": MAILING_REQUEST},
        "everyone, at any hour": {
            "value": {name: MAILING_REQUEST[name] for name in ("text", "start_at", "end_at")}
        },
    },
    "mailings_update": _one(MAILING_REQUEST),
    "mailings_partial_update": _one({"end_at": "2030-02-01T21:00:00+03:00"}),
    "mailings_audience": {
        "any of the codes and any of the tags": {"value": {**AUDIENCE, "topic": "news"}},
        "all of Kazan who have not bought since March, but not those who got mailing 1": {"value": FILTER},
    },
    "mailings_preview": _one(MAILING_REQUEST),
    "mailings_forecast": _one(MAILING_REQUEST),
    "mailings_test": _one({"text": TEMPLATE_REQUEST["text"], "client": 1, "phone": "79161234567"}),
    "segments_create": _one(SEGMENT_REQUEST),
    "segments_update": _one(SEGMENT_REQUEST),
    "segments_partial_update": _one({"filter": AUDIENCE}),
    "templates_create": _one(TEMPLATE_REQUEST),
    "templates_update": _one(TEMPLATE_REQUEST),
    "templates_partial_update": _one({"name": "Order is ready"}),
}
FILES: dict[str, dict[str, Any]] = {
    "clients_import": {
        "application/json": {
            "clients": [{"phone": "+7 916 123-45-67", "timezone": "Europe/Moscow", "tags": ["vip", "kazan"]}],
        },
        "text/csv": "phone,timezone,tags\n79161234567,Europe/Moscow,vip|kazan\n7926,Asia/Omsk,\n",
        "application/x-ndjson": '{"phone": "79161234567", "timezone": "Asia/Omsk", "tags": ["vip"]}\n',
    },
    "opt_outs_import": {
        "text/csv": "phone,topic,reason\n79161234567,news,asked by phone\n7926,,\n",
        "application/x-ndjson": '{"phone": "79161234567", "topic": "news"}\n',
    },
    "consents_import": {
        "text/csv": "phone,topic,given_at,evidence\n79161234567,news,2026-01-30T10:00:00Z,form 3\n7926,,,\n",
        "application/x-ndjson": '{"phone": "79161234567", "topic": "news", "evidence": "form 3"}\n',
    },
}
IMPORTED = {
    "received": 2,
    "created": 1,
    "updated": 0,
    "unchanged": 0,
    "rejected": 1,
    "errors": [{"line": 3, "reason": "must be 7 and ten more digits.", "field": "phone"}],
    "errors_truncated": False,
}
RESPONSES: Examples = {
    "api_root": _one(ADDRESSES),
    "audit_list": _one(_page(ENTRY)),
    "audit_retrieve": _one(ENTRY),
    "bulk_actions_list": _one(_page(BULK_ACTION)),
    "bulk_actions_create": _one(BULK_ACTION_REQUESTED),
    "bulk_actions_retrieve": _one(BULK_ACTION),
    "bulk_actions_cancel": _one({**BULK_ACTION, "status": "cancelled"}),
    "bulk_actions_undo": _one(UNDOING),
    "clients_list": _one(_page(CLIENT)),
    "clients_create": _one(CLIENT),
    "clients_retrieve": _one(CLIENT),
    "clients_update": _one(CLIENT),
    "clients_partial_update": _one({**CLIENT, "tag": "regular", "tags": ["regular"]}),
    "clients_put_by_phone": _one(CLIENT),
    "clients_export": _one(
        {
            "client": {name: value for name, value in CLIENT.items() if name != "tag"},
            "opt_outs": [],
            "consents": [{name: CONSENT[name] for name in ("topic", "given_at", "evidence", "revoked_at")}],
            "messages": [KNOWN_MESSAGE],
            "changes": [
                {"at": "2030-01-30T10:00:00Z", "action": "client.created", "by": "key", "facts": {}},
            ],
            "rejected_lines": [],
        }
    ),
    "clients_import": _one(IMPORTED),
    "opt_outs_list": _one(_page(OPT_OUT)),
    "opt_outs_create": _one(OPT_OUT),
    "opt_outs_retrieve": _one(OPT_OUT),
    "opt_outs_import": _one(IMPORTED),
    "consents_list": _one(_page(CONSENT)),
    "consents_create": _one(CONSENT),
    "consents_retrieve": _one(CONSENT),
    "consents_import": _one(IMPORTED),
    "contact_hours_retrieve": _one(CONTACT_HOURS),
    "contact_hours_update": _one(CONTACT_HOURS),
    "clients_attributes": _one(
        {"results": [{"name": "city", "clients": 1200, "strings": 1200, "numbers": 0, "booleans": 0}]}
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
    "mailings_audience": _one({"clients": 1234, "excluded": {"opted_out": 2, "no_consent": 0}}),
    "mailings_preview": _one(PREVIEW),
    "mailings_forecast": _one(FORECAST),
    "mailings_forecast_retrieve": _one(FORECAST),
    "mailings_test": _one(TEST_SEND),
    "mailings_test_retrieve": _one({**TEST_SEND, "status": "sent", "text": "", "phone": ""}),
    "templates_list": _one(_page(TEMPLATE)),
    "templates_create": _one({**TEMPLATE, "version": 1}),
    "templates_retrieve": _one(TEMPLATE),
    "templates_update": _one(TEMPLATE),
    "templates_partial_update": _one(TEMPLATE),
    "templates_versions": _one(_page(VERSION)),
    "mailings_messages_csv": _one(
        f"{','.join(MESSAGE)}\r\n{','.join(_cell(value) for value in MESSAGE.values())}\r\n"
    ),
    "mailings_messages_ndjson": _one(f"{json.dumps(MESSAGE)}\n"),
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
    "messages_proof": _one(PROOF),
    "segments_list": _one(_page(SEGMENT)),
    "segments_create": _one(SEGMENT),
    "segments_retrieve": _one({**SEGMENT, "clients": 1234}),
    "segments_update": _one(SEGMENT),
    "segments_partial_update": _one({**SEGMENT, "filter": AUDIENCE}),
    "messages_list": _one(_page(MESSAGE)),
    "messages_retrieve": _one({**MESSAGE, "failed_attempts": [FAILED_ATTEMPT]}),
}
