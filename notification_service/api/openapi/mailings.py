from drf_spectacular.utils import extend_schema_view

from notification_service.api.openapi.operation import IDEMPOTENCY_KEY, SENT_BACK, operation
from notification_service.api.serializers.mailing import (
    AudienceFilterSerializer,
    AudienceSizeSerializer,
    MailingSerializer,
)

CHANGE = (
    "`text`, `end_at`, `send_window`, `gateway` and `failover` may change until the mailing ends, "
    "and apply to what is unsent; `start_at`, `filter` and `on_unknown` only before it starts. "
    f"A `filter` is replaced as a whole. {SENT_BACK}"
)

REPEATABLE = "Of one that is so already, nothing changes."

mailing_docs = extend_schema_view(
    list=operation(
        "mailings_list",
        "List mailings",
        "Each with its messages by status, exact at this moment.",
        answer=MailingSerializer(many=True),
    ),
    create=operation(
        "mailings_create",
        "Schedule a mailing",
        "Answers at once, whatever the size of the audience. At `start_at`, or now where that is past, "
        "every client who matches the filter at that moment gets one message.",
        body=MailingSerializer,
        answer=MailingSerializer,
        status=201,
        parameters=[IDEMPOTENCY_KEY],
    ),
    retrieve=operation("mailings_retrieve", "Show a mailing", "One mailing by id.", answer=MailingSerializer),
    update=operation(
        "mailings_update",
        "Replace a mailing",
        f"Sets every field; one that is absent returns to its default. {CHANGE}",
        body=MailingSerializer,
        answer=MailingSerializer,
    ),
    partial_update=operation(
        "mailings_partial_update",
        "Change a mailing",
        f"Sets the fields given and leaves the others. {CHANGE}",
        body=MailingSerializer,
        answer=MailingSerializer,
    ),
    destroy=operation(
        "mailings_destroy",
        "Delete a mailing",
        "Stops it at once and removes it; its messages go in the background.",
        answer=None,
        status=204,
    ),
)

pause_docs = operation(
    "mailings_pause",
    "Pause a mailing",
    f"Sending stops within a second. {REPEATABLE}",
    answer=MailingSerializer,
)

resume_docs = operation(
    "mailings_resume",
    "Resume a mailing",
    f"Sending goes on after a pause. {REPEATABLE}",
    answer=MailingSerializer,
)

cancel_docs = operation(
    "mailings_cancel",
    "Cancel a mailing",
    f"Ends it: within a second nothing more is sent, and what was unsent becomes `cancelled`. {REPEATABLE}",
    answer=MailingSerializer,
)

audience_docs = operation(
    "mailings_audience",
    "Count an audience",
    "How many clients match a filter now. Nothing is kept, hence a read key may ask.",
    body=AudienceFilterSerializer,
    answer=AudienceSizeSerializer,
)
