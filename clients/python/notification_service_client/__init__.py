"""A typed client for Notification service, synchronous and asynchronous."""

from notification_service_client.async_client import AsyncClient
from notification_service_client.errors import (
    ChangedError,
    ConflictError,
    ForbiddenError,
    InvalidRequestError,
    NoResponseError,
    NotFoundError,
    NotificationServiceError,
    ProblemError,
    RateLimitedError,
    UnauthorizedError,
    UnavailableError,
    UnexpectedResponseError,
)
from notification_service_client.models import (
    AudienceFilter,
    ClientFilter,
    ExcludedFilter,
    OutcomeOf,
    SendWindow,
)
from notification_service_client.retries import Retries
from notification_service_client.sync_client import Client

__all__ = [
    "AsyncClient",
    "AudienceFilter",
    "ChangedError",
    "Client",
    "ClientFilter",
    "ConflictError",
    "ExcludedFilter",
    "ForbiddenError",
    "InvalidRequestError",
    "NoResponseError",
    "NotFoundError",
    "NotificationServiceError",
    "OutcomeOf",
    "ProblemError",
    "RateLimitedError",
    "Retries",
    "SendWindow",
    "UnauthorizedError",
    "UnavailableError",
    "UnexpectedResponseError",
]
