"""Errors as RFC 9457 problems."""

from notification_service.api.problems.domain import WORDS
from notification_service.api.problems.exceptions import (
    RETRY_SECONDS,
    AlreadyExists,
    ConflictError,
    InvalidQuery,
    LengthRequired,
    Malformed,
    Missing,
    PayloadTooLarge,
    PreconditionFailed,
    ServiceUnavailable,
    Unprocessable,
    UnsupportedEncoding,
)
from notification_service.api.problems.pointers import field_problems, nested_faults
from notification_service.api.problems.responses import (
    BAD_FIELDS,
    CONTENT_TYPE,
    exception_handler,
    problem,
    problem_response,
    title_of,
)

__all__ = [
    "BAD_FIELDS",
    "CONTENT_TYPE",
    "RETRY_SECONDS",
    "WORDS",
    "AlreadyExists",
    "ConflictError",
    "InvalidQuery",
    "LengthRequired",
    "Malformed",
    "Missing",
    "PayloadTooLarge",
    "PreconditionFailed",
    "ServiceUnavailable",
    "Unprocessable",
    "UnsupportedEncoding",
    "exception_handler",
    "field_problems",
    "nested_faults",
    "problem",
    "problem_response",
    "title_of",
]
