from notification_service.mailings.models.counts import (
    FailureCount,
    MessageCount,
    MinuteCount,
    QuarterFailure,
)
from notification_service.mailings.models.gateway import Gateway, GatewayUse
from notification_service.mailings.models.hours import ContactHours
from notification_service.mailings.models.inbound import InboundMessage
from notification_service.mailings.models.incident import GatewayIncident
from notification_service.mailings.models.mailing import Mailing
from notification_service.mailings.models.message import Attempt, Batch, DueMessage, Message
from notification_service.mailings.models.receipts import EarlyReceipt, ProviderMessage
from notification_service.mailings.models.sent_texts import SentTexts
from notification_service.mailings.models.single_message import SingleMessage
from notification_service.mailings.models.template import Template, TemplateVersion
from notification_service.mailings.models.test_send import TestSend
from notification_service.mailings.models.worker import Worker

__all__ = [
    "Attempt",
    "Batch",
    "ContactHours",
    "DueMessage",
    "EarlyReceipt",
    "FailureCount",
    "Gateway",
    "GatewayIncident",
    "GatewayUse",
    "InboundMessage",
    "Mailing",
    "Message",
    "MessageCount",
    "MinuteCount",
    "ProviderMessage",
    "QuarterFailure",
    "SentTexts",
    "SingleMessage",
    "Template",
    "TemplateVersion",
    "TestSend",
    "Worker",
]
