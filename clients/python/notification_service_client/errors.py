"""What may go wrong, as exceptions. All of them are a NotificationServiceError."""

from dataclasses import dataclass
from typing import Any

import httpx


class NotificationServiceError(Exception):
    pass


class NoResponseError(NotificationServiceError):
    """The service could not be reached, or the connection broke: the request may have had its effect."""


class UnexpectedResponseError(NotificationServiceError):
    """A success that is not the service's: is something else at this address?"""


@dataclass(frozen=True, slots=True)
class FieldError:
    pointer: str  # "#/filter/tags" in the body, "?page_size" in the query
    detail: str


@dataclass(frozen=True, slots=True)
class Existing:
    id: int
    url: str


class ProblemError(NotificationServiceError):
    """The service refused, with a problem of RFC 9457."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        self.status = status
        self.type = str(problem.get("type", "about:blank"))
        self.title = str(problem.get("title", ""))
        self.detail = str(problem.get("detail", ""))
        self.instance = str(problem.get("instance", ""))
        self.errors = tuple(FieldError(each["pointer"], each["detail"]) for each in problem.get("errors", ()))
        existing = problem.get("existing")
        self.existing = Existing(existing["id"], existing["url"]) if existing else None
        fields = "".join(f"\n  {error.pointer}: {error.detail}" for error in self.errors)
        super().__init__(f"{status} {self.title}: {self.detail}{fields}")


class InvalidRequestError(ProblemError):
    """400, 422: `errors` says which values are not acceptable."""


class UnauthorizedError(ProblemError):
    """401: the key is unknown or revoked."""


class ForbiddenError(ProblemError):
    """403: the key may not do this."""


class NotFoundError(ProblemError):
    pass


class ConflictError(ProblemError):
    """409: not in its present state, or there is one already (`existing`)."""


class ChangedError(ProblemError):
    """412: somebody has changed it since you read it. Read it again."""


class RateLimitedError(ProblemError):
    """429, and the attempts are used up."""


class UnavailableError(ProblemError):
    """502, 503, 504: try again later."""


BY_STATUS: dict[int, type[ProblemError]] = {
    400: InvalidRequestError,
    401: UnauthorizedError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    412: ChangedError,
    422: InvalidRequestError,
    429: RateLimitedError,
    502: UnavailableError,
    503: UnavailableError,
    504: UnavailableError,
}


def no_response(url: str, error: httpx.RequestError) -> NoResponseError:
    return NoResponseError(f"{url}: {str(error) or type(error).__name__}")


def error_of(response: httpx.Response) -> ProblemError:
    kind = BY_STATUS.get(response.status_code, ProblemError)
    try:
        return kind(response.status_code, response.json())
    except (ValueError, TypeError, KeyError, AttributeError):  # a proxy's page
        problem = {"title": response.reason_phrase, "detail": response.text[:200]}
        return kind(response.status_code, problem)
