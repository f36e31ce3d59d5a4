from notification_service.mailings.models.counts import (
    FailureCount,
    MessageCount,
    MinuteCount,
    QuarterFailure,
)
from notification_service.mailings.models.gateway import Gateway, GatewayUse
from notification_service.mailings.models.mailing import Mailing
from notification_service.mailings.models.message import Attempt, Batch, DueMessage, Message
from notification_service.mailings.models.trial import Trial
from notification_service.mailings.models.worker import Worker

__all__ = [
    "Attempt",
    "Batch",
    "DueMessage",
    "FailureCount",
    "Gateway",
    "GatewayUse",
    "Mailing",
    "Message",
    "MessageCount",
    "MinuteCount",
    "QuarterFailure",
    "Trial",
    "Worker",
]
