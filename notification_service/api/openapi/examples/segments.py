"""Filters, and segments."""

from notification_service.api.openapi.examples.parts import Examples, one, page

AUDIENCE = {"operator_codes": ["916", "926"], "tags": ["vip"]}
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

REQUESTS: Examples = {
    "segments_create": one(SEGMENT_REQUEST),
    "segments_update": one(SEGMENT_REQUEST),
    "segments_partial_update": one({"filter": AUDIENCE}),
}
RESPONSES: Examples = {
    "segments_list": one(page(SEGMENT)),
    "segments_create": one(SEGMENT),
    "segments_retrieve": one({**SEGMENT, "clients": 1234}),
    "segments_update": one(SEGMENT),
    "segments_partial_update": one({**SEGMENT, "filter": AUDIENCE}),
}
