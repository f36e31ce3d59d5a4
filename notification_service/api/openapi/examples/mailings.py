"""Mailings, their counts and their hours."""

import json

from notification_service.api.openapi.examples.messages import MESSAGE, TEXT
from notification_service.api.openapi.examples.parts import Examples, cell, one, page
from notification_service.api.openapi.examples.segments import AUDIENCE, FILTER
from notification_service.api.openapi.examples.templates import TEMPLATE_REQUEST

SEND_WINDOW = {"from": "09:00", "to": "21:00", "days": ["mon", "tue", "wed", "thu", "fri"], "holidays": "RU"}
MAILING_REQUEST = {
    "name": "January opening",
    "text": TEXT,
    "start_at": "2030-01-31T09:00:00+03:00",
    "end_at": "2030-01-31T21:00:00+03:00",
    "filter": AUDIENCE,
    "topic": "news",
    "requires_consent": False,
    "ignores_opt_outs": False,
    "send_window": SEND_WINDOW,
    "ignores_contact_hours": False,
    "spread_minutes": 60,
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
DELIVERIES = {"delivered": 1, "undelivered": 0, "awaited": 0}
SCHEDULED = {
    "id": 1,
    **MAILING_REQUEST,
    "start_at": "2030-01-31T06:00:00Z",
    "end_at": "2030-01-31T18:00:00Z",
    "status": "scheduled",
    "messages": NO_MESSAGES,
    "deliveries": dict.fromkeys(DELIVERIES, 0),
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
    "deliveries": DELIVERIES,
    "excluded": EXCLUDED,
    "started_at": "2030-01-31T06:00:00.120000Z",
}
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
    "spread_until": "2030-01-31T08:00:00Z",
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

REQUESTS: Examples = {
    "contact_hours_update": one({"from": "08:00", "to": "22:00"}),
    "mailings_create": {
        "full": {"value": MAILING_REQUEST},
        "everyone, at any hour": {
            "value": {name: MAILING_REQUEST[name] for name in ("text", "start_at", "end_at")}
        },
    },
    "mailings_update": one(MAILING_REQUEST),
    "mailings_partial_update": one({"end_at": "2030-02-01T21:00:00+03:00"}),
    "mailings_audience": {
        "any of the codes and any of the tags": {"value": {**AUDIENCE, "topic": "news"}},
        "all of Kazan who have not bought since March, but not those who got mailing 1": {"value": FILTER},
    },
    "mailings_forecast": one(MAILING_REQUEST),
    "mailings_preview": one(MAILING_REQUEST),
    "mailings_test": one({"text": TEMPLATE_REQUEST["text"], "client": 1, "phone": "79161234567"}),
}
RESPONSES: Examples = {
    "contact_hours_retrieve": one(CONTACT_HOURS),
    "contact_hours_update": one(CONTACT_HOURS),
    "mailings_list": one(page(RUNNING)),
    "mailings_create": one(SCHEDULED),
    "mailings_retrieve": one(RUNNING),
    "mailings_update": one(SCHEDULED),
    "mailings_partial_update": one({**RUNNING, "end_at": "2030-02-01T18:00:00Z"}),
    "mailings_pause": one({**RUNNING, "status": "paused"}),
    "mailings_resume": one(RUNNING),
    "mailings_cancel": one({**RUNNING, "status": "cancelled"}),
    "mailings_audience": one({"clients": 1234, "excluded": {"opted_out": 2, "no_consent": 0}}),
    "mailings_forecast": one(FORECAST),
    "mailings_forecast_retrieve": one(FORECAST),
    "mailings_preview": one(PREVIEW),
    "mailings_test": one(TEST_SEND),
    "mailings_test_retrieve": one({**TEST_SEND, "status": "sent", "text": "", "phone": ""}),
    "mailings_messages_csv": one(
        f"{','.join(MESSAGE)}\r\n{','.join(cell(value) for value in MESSAGE.values())}\r\n"
    ),
    "mailings_messages_ndjson": one(f"{json.dumps(MESSAGE)}\n"),
    "mailings_fullinfo": one(
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
            "single": NO_MESSAGES,
            "deliveries": DELIVERIES,
            **page(RUNNING),
        }
    ),
    "mailings_info": one(
        {
            **RUNNING,
            "timeline": [
                {
                    "minute": "2030-01-31T06:00:00Z",
                    "sent": 1,
                    "failed": 1,
                    "retried": 1,
                    "delivered": 1,
                    "undelivered": 0,
                }
            ],
            "failures": [{"reason": "HTTP 400", "code": "http_status", "code_number": 400, "messages": 1}],
            "first_messages": page(MESSAGE),
            "messages_url": MESSAGES_URL,
        }
    ),
}
