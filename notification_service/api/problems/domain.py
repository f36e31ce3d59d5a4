"""What the domain and the database raise, as the API says it."""

from collections.abc import Callable
from typing import Any

import structlog
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404
from django.http.request import UnreadablePostError
from rest_framework import exceptions
from rest_framework.exceptions import ErrorDetail

from notification_service.access.models import ApiKey
from notification_service.api.problems.exceptions import (
    AlreadyExists,
    ConflictError,
    Malformed,
    Missing,
    PayloadTooLarge,
    PreconditionFailed,
    ServiceUnavailable,
)
from notification_service.api.problems.pointers import at, merge
from notification_service.audit.models import Entry
from notification_service.database.faults import Fault, fault_of
from notification_service.directory.models import BulkAction, Client, ClientUpload, Consent, OptOut, Segment
from notification_service.directory.versions import Stale
from notification_service.mailings.counting import CountTooSlow
from notification_service.mailings.forecast import NoForecast
from notification_service.mailings.gateways import GatewayInUse, GatewayNameTaken, InvalidGateway
from notification_service.mailings.lifecycle import Conflict
from notification_service.mailings.models import Gateway, InboundMessage, Mailing, Message, Template, TestSend
from notification_service.mailings.segment_changes import SegmentInUse, SegmentNameTaken
from notification_service.mailings.templates import TemplateNameTaken
from notification_service.mailings.test_sends import NoGateway, TooManyTestSends
from notification_service.mailings.validation import InvalidChange
from notification_service.webhooks.address import InvalidWebhook
from notification_service.webhooks.changes import TooManyWebhooks, WebhookDisabled
from notification_service.webhooks.models import Webhook

# Where a field of the domain is in the API's body.
PLACES = {
    "operator_codes": ("filter", "operator_codes"),
    "tags": ("filter", "tags"),
    "outcome_of_mailing": ("filter", "outcome_of", "mailing"),
    "outcome_of_statuses": ("filter", "outcome_of", "statuses"),
    "outcome_of.mailing": ("filter", "outcome_of", "mailing"),
    "segment": ("filter", "segment"),
    "exclude.outcome_of.mailing": ("filter", "exclude", "outcome_of", "mailing"),
    "exclude.segment": ("filter", "exclude", "segment"),
    "window_from": ("send_window", "from"),
    "window_to": ("send_window", "to"),
    "window_days": ("send_window", "days"),
    "window_holidays": ("send_window", "holidays"),
}

# The address of what has the name.
OF_NAMES = {GatewayNameTaken: "gateway", SegmentNameTaken: "segment", TemplateNameTaken: "template"}
WORDS = {
    Fault.AWAY: "The database does not answer; try again in a moment.",
    Fault.SLOW: "The database took too long over this; ask for less, or try again in a moment.",
    Fault.LOCKED: "Someone else is changing the same data; try again in a moment.",
    Fault.READ_ONLY: "The database takes no changes for now; try again in a moment.",
}

KIND_OF: dict[type[Exception], str] = {
    Conflict: "mailing-status",
    GatewayInUse: "gateway-in-use",
    SegmentInUse: "segment-in-use",
    NoForecast: "no-forecast",
    NoGateway: "conflict",
    TooManyTestSends: "conflict",
    TooManyWebhooks: "conflict",
    WebhookDisabled: "webhook-disabled",
}

log = structlog.get_logger(__name__)

SAME_FOR_EVERYONE: dict[tuple[type[Exception], ...], Callable[[], exceptions.APIException]] = {
    (Client.DoesNotExist, Gateway.DoesNotExist, Mailing.DoesNotExist, Message.DoesNotExist): Missing,
    (ApiKey.DoesNotExist, BulkAction.DoesNotExist, ClientUpload.DoesNotExist): Missing,
    (InboundMessage.DoesNotExist, User.DoesNotExist, Webhook.DoesNotExist): Missing,
    (Consent.DoesNotExist, OptOut.DoesNotExist, Entry.DoesNotExist): Missing,
    (Segment.DoesNotExist, Template.DoesNotExist, TestSend.DoesNotExist, Http404): Missing,
    (Stale,): PreconditionFailed,
    (PermissionDenied,): exceptions.PermissionDenied,
    (RequestDataTooBig,): PayloadTooLarge,
    (SuspiciousOperation, UnreadablePostError): Malformed,
}


def as_api_exception(error: Exception) -> exceptions.APIException | None:
    if isinstance(error, exceptions.APIException):
        return error
    if known := _of_the_domain(error):
        return known
    if fault := fault_of(error):
        log.error("database unavailable", fault=fault.value, error=str(error).strip())
        return ServiceUnavailable(WORDS[fault])
    for kinds, make in SAME_FOR_EVERYONE.items():
        if isinstance(error, kinds):
            return make()
    return None


def _of_the_domain(error: Exception) -> exceptions.APIException | None:
    match error:
        case Conflict() | GatewayInUse() | SegmentInUse() | NoForecast() | NoGateway() | TooManyTestSends():
            return ConflictError(KIND_OF[type(error)], str(error))
        case TooManyWebhooks() | WebhookDisabled():
            return ConflictError(KIND_OF[type(error)], str(error))
        case InvalidWebhook():
            return exceptions.ValidationError({error.field: [ErrorDetail(error.detail, error.code)]})
        case GatewayNameTaken() | SegmentNameTaken() | TemplateNameTaken():
            return AlreadyExists(OF_NAMES[type(error)], error.existing, name=error.detail)
        case InvalidChange() | InvalidGateway():
            return exceptions.ValidationError(_nested(error))
        case CountTooSlow():
            return ServiceUnavailable(str(error))
    return None


def _nested(error: InvalidChange | InvalidGateway) -> Any:
    if isinstance(error, InvalidChange):
        return at(PLACES.get(error.field, (error.field,)), ErrorDetail(error.detail, error.code))
    nested: dict[Any, Any] = {}
    for each in (error, *error.others):
        merge(nested, at((each.field, *each.place), ErrorDetail(each.detail, str(each.problem))))
    return nested
