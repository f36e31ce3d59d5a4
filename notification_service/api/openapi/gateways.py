from drf_spectacular.utils import extend_schema_view

from notification_service.api.openapi.operation import IDEMPOTENCY_KEY, SENT_BACK, operation
from notification_service.api.serializers.gateway import (
    GatewayChangeSerializer,
    GatewayCreationSerializer,
    GatewaySerializer,
)

ADMINISTRATORS = "For administrators of the console; API keys may only read."

gateway_docs = extend_schema_view(
    list=operation(
        "gateways_list",
        "List gateways",
        "Each with its breaker, and what the workers say of it at this moment.",
        answer=GatewaySerializer(many=True),
    ),
    create=operation(
        "gateways_create",
        "Add a gateway",
        f"{ADMINISTRATORS} A private address is refused unless the service is configured to allow it.",
        body=GatewayCreationSerializer,
        answer=GatewaySerializer,
        status=201,
        parameters=[IDEMPOTENCY_KEY],
    ),
    retrieve=operation("gateways_retrieve", "Show a gateway", "One gateway by id.", answer=GatewaySerializer),
    partial_update=operation(
        "gateways_partial_update",
        "Change a gateway",
        f"{ADMINISTRATORS} Where `main` is reached, and its token, the environment says. {SENT_BACK}",
        body=GatewayChangeSerializer,
        answer=GatewaySerializer,
    ),
    destroy=operation(
        "gateways_destroy",
        "Delete a gateway",
        f"{ADMINISTRATORS} One that a mailing names can only be disabled.",
        answer=None,
        status=204,
    ),
)
