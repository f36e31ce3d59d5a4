"""Clients, what is done to many of them, and files of them."""

from typing import Any

from notification_service.api.openapi.examples.imports import IMPORTED
from notification_service.api.openapi.examples.messages import KNOWN_MESSAGE
from notification_service.api.openapi.examples.parts import Examples, one, page
from notification_service.api.openapi.examples.preferences import CONSENT
from notification_service.api.openapi.examples.receipts import REPLY

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

REQUESTS: Examples = {
    "bulk_actions_create": one(BULK_ACTION_REQUEST),
    "clients_create": one(CLIENT_REQUEST),
    "clients_update": one(CLIENT_REQUEST),
    "clients_partial_update": one({"tags": ["regular"]}),
    "clients_put_by_phone": one({name: CLIENT_REQUEST[name] for name in ("tags", "timezone", "attributes")}),
}
FILES: dict[str, dict[str, Any]] = {
    "clients_import": {
        "application/json": {
            "clients": [{"phone": "+7 916 123-45-67", "timezone": "Europe/Moscow", "tags": ["vip", "kazan"]}],
        },
        "text/csv": "phone,timezone,tags\n79161234567,Europe/Moscow,vip|kazan\n7926,Asia/Omsk,\n",
        "application/x-ndjson": '{"phone": "79161234567", "timezone": "Asia/Omsk", "tags": ["vip"]}\n',
    },
}
RESPONSES: Examples = {
    "bulk_actions_list": one(page(BULK_ACTION)),
    "bulk_actions_create": one(BULK_ACTION_REQUESTED),
    "bulk_actions_retrieve": one(BULK_ACTION),
    "bulk_actions_cancel": one({**BULK_ACTION, "status": "cancelled"}),
    "bulk_actions_undo": one(UNDOING),
    "clients_list": one(page(CLIENT)),
    "clients_create": one(CLIENT),
    "clients_retrieve": one(CLIENT),
    "clients_update": one(CLIENT),
    "clients_partial_update": one({**CLIENT, "tag": "regular", "tags": ["regular"]}),
    "clients_put_by_phone": one(CLIENT),
    "clients_export": one(
        {
            "client": {name: value for name, value in CLIENT.items() if name != "tag"},
            "opt_outs": [],
            "consents": [{name: CONSENT[name] for name in ("topic", "given_at", "evidence", "revoked_at")}],
            "messages": [KNOWN_MESSAGE],
            "replies": [{name: REPLY[name] for name in ("text", "at", "received_at", "is_stop")}],
            "changes": [
                {"at": "2030-01-30T10:00:00Z", "action": "client.created", "by": "key", "facts": {}},
            ],
            "rejected_lines": [],
        }
    ),
    "clients_import": one(IMPORTED),
    "clients_attributes": one(
        {"results": [{"name": "city", "clients": 1200, "strings": 1200, "numbers": 0, "booleans": 0}]}
    ),
}
