"""A request as data, which either transport can send."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import httpx

from notification_service_client import encoding
from notification_service_client.errors import UnexpectedResponseError, error_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Request(Generic[T]):
    method: str
    path: str
    result: type[T]
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    repeatable: bool = False  # even where it may have had its effect
    may_take_seconds: float | None = None  # where that is more than the client's timeout


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    results: list[T]
    next: Mapping[str, str] | None  # the query


def read_response(request: Request[T], response: httpx.Response) -> T:
    if not response.is_success:
        raise error_of(response)
    if request.result is type(None):
        return None
    try:
        body = response.json()
        if isinstance(body, dict) and (etag := response.headers.get("ETag")):
            body["etag"] = etag
        return encoding.read(request.result, body)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        shown = f"{response.request.method} {response.request.url}"
        raise UnexpectedResponseError(f"{shown}: not a response of the service ({error})") from error


def read_page(request: Request[T], response: httpx.Response) -> Page[T]:
    if not response.is_success:
        raise error_of(response)
    try:
        body = response.json()
        rows = [encoding.read(request.result, row) for row in body["results"]]
        # Only the query: behind a proxy, the address may be the inner one.
        following = dict(httpx.URL(body["next"]).params) if body["next"] else None
        return Page(rows, following)
    except (ValueError, TypeError, KeyError) as error:
        raise UnexpectedResponseError(f"{response.request.url}: not a page of a list ({error})") from error
