"""Templates."""

from notification_service.api.openapi.examples.parts import Examples, one, page

TEMPLATE_REQUEST = {"name": "Order is ready", "text": "{{name|Hello}}, your order {{order}} is ready."}
TEMPLATE = {"id": 1, **TEMPLATE_REQUEST, "version": 2, "updated_at": "2030-01-30T10:00:00Z"}
VERSION = {**TEMPLATE_REQUEST, "version": 2, "updated_at": "2030-01-30T10:00:00Z"}

REQUESTS: Examples = {
    "templates_create": one(TEMPLATE_REQUEST),
    "templates_update": one(TEMPLATE_REQUEST),
    "templates_partial_update": one({"name": "Order is ready"}),
}
RESPONSES: Examples = {
    "templates_list": one(page(TEMPLATE)),
    "templates_create": one({**TEMPLATE, "version": 1}),
    "templates_retrieve": one(TEMPLATE),
    "templates_update": one(TEMPLATE),
    "templates_partial_update": one(TEMPLATE),
    "templates_versions": one(page(VERSION)),
}
