"""The REST API and its document."""

from notification_service.settings.base import env
from notification_service.version import VERSION

API_RATE_LIMIT = env.zero_or_more("API_RATE_LIMIT", 1200)  # requests of a key in a minute; 0: no limit

# Pages of other sites whose scripts may call the API with a key, such as https://shop.example.
CORS_ALLOWED_ORIGINS: list[str] = env.list("CORS_ALLOWED_ORIGINS", [])
CORS_URLS_REGEX = r"^/(api/|openapi\.json$)"
CORS_ALLOW_CREDENTIALS = False  # the console's login is for its own pages
CORS_ALLOW_HEADERS = ["authorization", "content-type", "idempotency-key", "if-match", "x-request-id"]
CORS_EXPOSE_HEADERS = [
    *("ETag", "Location", "Idempotency-Replayed", "X-Request-ID"),
    *("Retry-After", "RateLimit", "RateLimit-Policy"),
]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "notification_service.access.authentication.BearerAuthentication",
        "notification_service.access.authentication.ConsoleSessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["notification_service.access.doors.MayPass"],
    "DEFAULT_THROTTLE_CLASSES": ["notification_service.access.rate_limit.RateLimit"],
    "DEFAULT_PARSER_CLASSES": ["notification_service.api.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": [
        "notification_service.api.renderers.FastJSONRenderer",
        "notification_service.api.renderers.PageRenderer",
    ],
    "DEFAULT_FILTER_BACKENDS": ["notification_service.api.query.QueryFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "notification_service.api.pagination.CursorPagination",
    "DEFAULT_SCHEMA_CLASS": "notification_service.api.openapi.schema.Described",
    "DEFAULT_METADATA_CLASS": "notification_service.api.metadata.WhatItTakes",
    "EXCEPTION_HANDLER": "notification_service.api.problems.exception_handler",
    "URL_FORMAT_OVERRIDE": None,  # `?format=` would be a second way to express what Accept does
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Notification service",
    "DESCRIPTION": "Runs mailings: one text to every client who matches a filter, in time and in "
    "their own hours, and tells what became of every message.\n\n"
    "[Getting started](/docs/getting-started/): keys, limits, retries, paging. "
    "[Every kind of error](/docs/problems/).\n\nTimes are ISO 8601 with an offset. "
    "Unknown fields and parameters are refused. Lists come in pages: follow `next`.",
    "VERSION": VERSION,
    "LICENSE": {"name": "MIT", "identifier": "MIT"},
    "SERVERS": [{"url": "/", "description": "The service that this document comes from."}],
    "OAS_VERSION": "3.1.0",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": ["notification_service.api.openapi.hooks.finish"],
    "PATH_CONVERTER_OVERRIDES": {
        "id": {"type": "integer", "format": "int64", "minimum": 1, "maximum": 2**63 - 1}
    },
    "TAGS": [
        {"name": "clients", "description": "The directory: whom mailings go to."},
        {"name": "opt-outs", "description": "Phones that want no messages, of a topic or at all."},
        {"name": "consents", "description": "Phones that agreed to messages, and what proves it."},
        {"name": "mailings", "description": "What is sent, to whom and when; and what became of it."},
        {"name": "messages", "description": "One text to one client."},
        {"name": "segments", "description": "Filters under a name, for mailings and other segments."},
        {"name": "templates", "description": "Texts under a name, with their versions."},
        {"name": "gateways", "description": "What takes the messages, and how it fares."},
        {"name": "inbound", "description": "What people wrote back."},
        {"name": "webhooks", "description": "Who is told of what happens."},
        {"name": "contact-hours", "description": "The hours that every mailing is held to."},
        {"name": "imports", "description": "Files of clients, imported in the background."},
        {"name": "keys", "description": "What programs call the API with; for administrators."},
        {"name": "people", "description": "Who may log in to the console, and in which role."},
        {"name": "audit", "description": "Who did what, when and from where; for administrators."},
        {"name": "api", "description": "Where things are."},
    ],
}
