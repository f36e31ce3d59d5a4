"""What the API refuses with, besides what REST framework has."""

from typing import ClassVar

from django.db.models import Model
from rest_framework import exceptions
from rest_framework.exceptions import ErrorDetail

from notification_service.api.problem_kinds import KINDS, Kind

RETRY_SECONDS = 5


class Missing(exceptions.NotFound):
    default_detail = "There is no such resource."


class Malformed(exceptions.ParseError):
    default_detail = "The request is malformed."


class PayloadTooLarge(exceptions.APIException):
    status_code = 413
    default_detail = "The body is too large."


class LengthRequired(exceptions.APIException):
    status_code = 411
    default_detail = "Send the body with a Content-Length."


class UnsupportedEncoding(exceptions.APIException):
    """The body is compressed, or encoded in another way."""

    status_code = 415
    kind: ClassVar[Kind] = KINDS["unsupported-encoding"]
    accept_encoding = "identity"

    def __init__(self, encoding: str) -> None:
        super().__init__(f'The Content-Encoding "{encoding}" is not read here. Send the body as it is.')


class Unprocessable(exceptions.APIException):
    status_code = 422
    default_detail = "The request cannot be processed."


class ServiceUnavailable(exceptions.APIException):
    status_code = 503
    wait = RETRY_SECONDS


class ConflictError(exceptions.APIException):
    status_code = 409

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(detail)
        self.kind = KINDS[kind]


class PreconditionFailed(exceptions.APIException):
    status_code = 412
    default_detail = "It was changed since you read it. Read it again."


class AlreadyExists(exceptions.APIException):
    """There is such an object already: `existing`, unless it has been deleted in the meantime."""

    status_code = 409

    def __init__(self, route: str, existing: Model | None, *, said: str = "", **field: str) -> None:
        super().__init__(said or next(iter(field.values())))
        self.kind = KINDS[f"{route}-exists"]
        self.route, self.existing = route, existing
        self.field = {name: ErrorDetail(words, "taken") for name, words in field.items()}


class InvalidQuery(exceptions.ValidationError):
    """Query parameters are not part of the body: their pointer is `?name`."""

    kind: ClassVar[Kind] = KINDS["invalid-query"]
