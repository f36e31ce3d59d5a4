"""The root, the audit log, keys and people."""

from notification_service.api.openapi.examples.parts import Examples, one, page

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
ADDRESSES = {"clients": "http://127.0.0.1:8000/api/v1/clients/", "docs": "http://127.0.0.1:8000/docs"}
KEY_REQUEST = {"name": "shop", "scope": "write", "pii": True, "expires_days": 365}
KEY = {
    "id": 3,
    "name": "shop",
    "scope": "write",
    "pii": True,
    "prefix": "ns_6mTQc0xZ",
    "created_at": "2030-01-30T10:00:00Z",
    "expires_at": "2031-01-30T10:00:00Z",
    "last_used_at": None,
    "revoked_at": None,
}
NEW_KEY = {**KEY, "key": "ns_6mTQc0xZ-this-is-no-key-but-as-long-as-one-is"}
PERSON_REQUEST = {
    "username": "anna",
    "full_name": "Anna Ivanova",
    "role": "operator",
    "may_log_in": True,
    "password": "seven green boats at anchor",
}
PERSON = {
    "id": 2,
    **{name: value for name, value in PERSON_REQUEST.items() if name != "password"},
    "has_second_factor": False,
    "locked_until": None,
    "last_login": "2030-01-30T10:00:00Z",
}

REQUESTS: Examples = {
    "keys_create": one(KEY_REQUEST),
    "people_create": one(PERSON_REQUEST),
    "people_partial_update": one({"role": "viewer"}),
}
RESPONSES: Examples = {
    "api_root": one(ADDRESSES),
    "audit_list": one(page(ENTRY)),
    "audit_retrieve": one(ENTRY),
    "keys_list": one(page(KEY)),
    "keys_create": one(NEW_KEY),
    "keys_retrieve": one(KEY),
    "keys_revoke": one({**KEY, "revoked_at": "2030-01-31T10:00:00Z"}),
    "people_list": one(page(PERSON)),
    "people_create": one({**PERSON, "last_login": None}),
    "people_retrieve": one(PERSON),
    "people_partial_update": one({**PERSON, "role": "viewer"}),
    "people_unlock": one(PERSON),
    "people_remove_second_factor": one(PERSON),
}
