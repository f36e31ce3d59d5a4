from drf_spectacular.utils import extend_schema_view

from notification_service.api.openapi.operation import IDEMPOTENCY_KEY, SENT_BACK, operation
from notification_service.api.serializers.client import ClientSerializer

client_docs = extend_schema_view(
    list=operation(
        "clients_list",
        "List clients",
        "A page of the directory. Filters combine with AND.",
        answer=ClientSerializer(many=True),
    ),
    create=operation(
        "clients_create",
        "Add a client",
        "The phone must be no other client's. Without `operator_code` it is digits 2 to 4 of the phone.",
        body=ClientSerializer,
        answer=ClientSerializer,
        status=201,
        parameters=[IDEMPOTENCY_KEY],
    ),
    retrieve=operation("clients_retrieve", "Show a client", "One client by id.", answer=ClientSerializer),
    update=operation(
        "clients_update",
        "Replace a client",
        "Sets every field; one that is absent returns to its default. "
        f"Messages still to be sent go to the new phone, by the new time zone. {SENT_BACK}",
        body=ClientSerializer,
        answer=ClientSerializer,
    ),
    partial_update=operation(
        "clients_partial_update",
        "Change a client",
        "Sets the fields given and leaves the others. A phone without `operator_code` sets the code too. "
        f"{SENT_BACK}",
        body=ClientSerializer,
        answer=ClientSerializer,
    ),
    destroy=operation(
        "clients_destroy",
        "Delete a client",
        "Removes the personal data and cancels what is unsent; the messages keep their place in the counts.",
        answer=None,
        status=204,
    ),
)
