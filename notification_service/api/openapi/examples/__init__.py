"""A request and a response for every operation, by its id; a module for each subject."""

from typing import Any

from notification_service.api.openapi.examples import (
    administration,
    clients,
    gateways,
    imports,
    mailings,
    messages,
    preferences,
    receipts,
    segments,
    templates,
    webhooks,
)
from notification_service.api.openapi.examples.parts import Examples

SUBJECTS = (
    *(administration, clients, gateways, imports, mailings),
    *(messages, preferences, receipts, segments, templates, webhooks),
)

REQUESTS: Examples = {}
FILES: dict[str, dict[str, Any]] = {}  # by media type
RESPONSES: Examples = {}
for subject in SUBJECTS:
    REQUESTS |= getattr(subject, "REQUESTS", {})
    FILES |= getattr(subject, "FILES", {})
    RESPONSES |= subject.RESPONSES
