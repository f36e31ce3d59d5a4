from drf_spectacular.utils import extend_schema_view

from notification_service.api.openapi.operation import operation
from notification_service.api.serializers.message import MessageDetailSerializer, MessageSerializer

message_docs = extend_schema_view(
    list=operation(
        "messages_list",
        "List messages",
        "Newest first. Filters combine with AND; name a mailing or a client where you can.",
        answer=MessageSerializer(many=True),
    ),
    retrieve=operation(
        "messages_retrieve",
        "Show a message",
        "With the attempts that did not succeed.",
        answer=MessageDetailSerializer,
    ),
)
