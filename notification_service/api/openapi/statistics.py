from drf_spectacular.utils import OpenApiParameter

from notification_service.api.openapi.operation import operation
from notification_service.api.pagination import CURSOR, PAGE_SIZE
from notification_service.api.serializers.statistics import FullInfoSerializer, MailingInfoSerializer

fullinfo_docs = operation(
    "mailings_fullinfo",
    "Statistics of all mailings",
    "All mailings and all messages by status, and a page of mailings each with its counts. "
    "Costs the same for ten messages and for ten million.",
    answer=FullInfoSerializer,
    parameters=[
        OpenApiParameter(name, {**schema}, description=description)
        for name, description, schema in (CURSOR, PAGE_SIZE)
    ],
)
info_docs = operation(
    "mailings_info",
    "Statistics of one mailing",
    "Its counts, a timeline by minute, failures by reason, and the first page of its messages.",
    answer=MailingInfoSerializer,
)
