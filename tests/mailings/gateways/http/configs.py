"""Settings of a provider that takes JSON, to change for a test."""

from typing import Any

from notification_service.mailings.gateways.http import InvalidConfig, read_config

VALID: dict[str, Any] = {
    "method": "POST",
    "url": "https://sms.example/send?to={{phone}}",
    "headers": {"X-Key": "{{token}}"},
    "content_type": "application/json",
    "body": {"to": "{{phone}}", "text": "{{text}}", "ref": "{{id}}", "from": "SHOP"},
    "accepted": [{"status": [200, 202], "body": {"/status": ["ok", "queued"]}}],
    "refused": [
        {"status": [400, 422]},
        {"status": [200], "body": {"/error/code": ["invalid_number", "blocked"]}},
    ],
    "not_let_in": [{"status": [401, 403]}],
    "provider_id": "/message/id",
    "receipts": {
        "id": "/ref",
        "provider_id": "/message/id",
        "delivered": {"/state": ["DELIVRD"]},
        "undelivered": {"/state": ["UNDELIV", "EXPIRED"]},
        "reason": "/err",
    },
}


def changed(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in {**VALID, **fields}.items() if value is not ...}


def faults_of(config: Any) -> dict[str, str]:
    """What is wrong, by pointer."""
    try:
        read_config(config)
    except InvalidConfig as error:
        return {"/" + "/".join(map(str, fault.place)): fault.problem.value for fault in error.faults}
    return {}
