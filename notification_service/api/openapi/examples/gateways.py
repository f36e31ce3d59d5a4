"""Gateways."""

from notification_service.api.openapi.examples.parts import Examples, one, page

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

REQUESTS: Examples = {
    "gateways_create": {
        "a gateway that speaks as the bundled one": {"value": GATEWAY_REQUEST},
        "any HTTP API": {"value": HTTP_GATEWAY_REQUEST},
    },
    "gateways_partial_update": one({"max_requests_per_second": 200.0}),
}
RESPONSES: Examples = {
    "gateways_list": one(page(GATEWAY)),
    "gateways_create": one(GATEWAY),
    "gateways_retrieve": one(GATEWAY),
    "gateways_partial_update": one(GATEWAY),
}
