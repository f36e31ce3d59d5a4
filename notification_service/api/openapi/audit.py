from drf_spectacular.utils import extend_schema_view

from notification_service.api.openapi.operation import operation
from notification_service.api.serializers.audit import EntrySerializer

ADMINISTRATORS = "For administrators of the console; no API key may ask."

audit_docs = extend_schema_view(
    list=operation(
        "audit_list",
        "List what was done",
        f"Newest first; filters combine with AND. {ADMINISTRATORS}",
        answer=EntrySerializer(many=True),
    ),
    retrieve=operation(
        "audit_retrieve", "Show one entry", f"One entry by id. {ADMINISTRATORS}", answer=EntrySerializer
    ),
)
