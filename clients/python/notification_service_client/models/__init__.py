"""What the service responds. A field that a later version adds is left out; a new status comes as it is."""

from notification_service_client.models.clients import Attribute, Client, ImportResult, Rejection
from notification_service_client.models.drafts import Preview, SampleText, SmsCount, TestSend
from notification_service_client.models.filters import (
    AudienceFilter,
    AudienceSize,
    ClientFilter,
    CountedSegment,
    ExcludedFilter,
    OutcomeOf,
    PreferenceExclusions,
    Segment,
)
from notification_service_client.models.forecasts import Forecast, Unreached, ZoneClients
from notification_service_client.models.gateways import Gateway
from notification_service_client.models.hours import Day, SendWindow
from notification_service_client.models.mailings import (
    Deliveries,
    Excluded,
    Mailing,
    MailingStatus,
    MessageCounts,
    OnUnknown,
)
from notification_service_client.models.messages import (
    FailedAttempt,
    Message,
    MessageDetail,
    MessageError,
    MessagePage,
    MessageResult,
    MessageResults,
    MessageStatus,
    SingleTerms,
)
from notification_service_client.models.preferences import Consent, OptOut
from notification_service_client.models.providers import (
    Inbound,
    InboundTaken,
    ReceiptKey,
    ReceiptsTaken,
)
from notification_service_client.models.statistics import (
    Failure,
    FullInfo,
    MailingCounts,
    MailingInfo,
    Minute,
)
from notification_service_client.models.templates import Template, TemplateVersion
from notification_service_client.models.webhooks import (
    Event,
    Redelivered,
    Webhook,
    WebhookDelivery,
    WebhookWithSecret,
)

__all__ = [
    "Attribute",
    "AudienceFilter",
    "AudienceSize",
    "Client",
    "ClientFilter",
    "Consent",
    "CountedSegment",
    "Day",
    "Deliveries",
    "Event",
    "Excluded",
    "ExcludedFilter",
    "FailedAttempt",
    "Failure",
    "Forecast",
    "FullInfo",
    "Gateway",
    "ImportResult",
    "Inbound",
    "InboundTaken",
    "Mailing",
    "MailingCounts",
    "MailingInfo",
    "MailingStatus",
    "Message",
    "MessageCounts",
    "MessageDetail",
    "MessageError",
    "MessagePage",
    "MessageResult",
    "MessageResults",
    "MessageStatus",
    "Minute",
    "OnUnknown",
    "OptOut",
    "OutcomeOf",
    "PreferenceExclusions",
    "Preview",
    "ReceiptKey",
    "ReceiptsTaken",
    "Redelivered",
    "Rejection",
    "SampleText",
    "Segment",
    "SendWindow",
    "SingleTerms",
    "SmsCount",
    "Template",
    "TemplateVersion",
    "TestSend",
    "Unreached",
    "Webhook",
    "WebhookDelivery",
    "WebhookWithSecret",
    "ZoneClients",
]
