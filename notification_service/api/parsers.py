"""JSON by the contract: UTF-8, of limited size and depth, with nothing that PostgreSQL cannot store."""

from collections.abc import Iterator, Mapping
from typing import IO, Any
from urllib.parse import parse_qsl

from rest_framework import exceptions
from rest_framework.exceptions import ErrorDetail
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from notification_service.api.fields import UNSTORABLE_TEXT
from notification_service.api.problems import PayloadTooLarge
from notification_service.directory import strict_json
from notification_service.directory.rules import is_storable

FORM_FIELDS = 1000
BODY_BYTES = 1024 * 1024
DEPTH = 24  # a filter with more levels of conditions than are allowed is told so, with a pointer


class StrictJSONParser(BaseParser):
    media_type = "application/json"
    refuses_strings = True  # that PostgreSQL cannot store, wherever they are

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        request: Request = (parser_context or {})["request"]
        charset = (request._request.content_params or {}).get("charset", "utf-8")
        if charset.lower().strip('"') not in ("utf-8", "utf8"):
            raise exceptions.UnsupportedMediaType(media_type or "", "The body must be UTF-8.")
        document = _decode(_read(stream, declared=int(request.META.get("CONTENT_LENGTH") or 0)))
        if self.refuses_strings:
            _check_strings(document)
        return document


class StrictFormParser(BaseParser):
    """A form as an object of texts, for providers that send no JSON. The last of a name counts."""

    media_type = "application/x-www-form-urlencoded"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,  # noqa: ARG002
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, str]:
        request: Request = (parser_context or {})["request"]
        body = _read(stream, declared=int(request.META.get("CONTENT_LENGTH") or 0))
        try:
            return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=FORM_FIELDS))
        except ValueError:
            raise exceptions.ParseError("The body is not a form in UTF-8.") from None


def _read(stream: IO[bytes], *, declared: int) -> bytes:
    body = b"" if declared > BODY_BYTES else stream.read(BODY_BYTES + 1)
    if declared > BODY_BYTES or len(body) > BODY_BYTES:
        raise PayloadTooLarge(f"The body has more than {BODY_BYTES:,} bytes.")
    return body


def _decode(body: bytes) -> Any:
    try:
        return strict_json.parse(body.decode())
    except UnicodeDecodeError:
        raise exceptions.ParseError("The body is not UTF-8.") from None
    except RecursionError:
        raise exceptions.ParseError("The body is nested too deeply.") from None
    except ValueError as error:
        raise exceptions.ParseError(f"The body is not JSON: {error}.") from None


def _check_strings(document: Any) -> None:
    for path, text in _strings(document):
        if not is_storable(text):
            detail: Any = [ErrorDetail(UNSTORABLE_TEXT, "unstorable_text")]
            for key in reversed(path):
                detail = {key: detail}
            raise exceptions.ValidationError(detail)


def _strings(document: Any) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield every string of the document with its place; a field's name counts as a string, too."""
    waiting: list[tuple[tuple[str | int, ...], Any]] = [((), document)]
    while waiting:
        path, value = waiting.pop()
        if len(path) > DEPTH:
            raise exceptions.ParseError("The body is nested too deeply.")
        if isinstance(value, str):
            yield path, value
        elif isinstance(value, dict):
            yield from (((*path, key), key) for key in value)
            waiting.extend(((*path, key), item) for key, item in value.items())
        elif isinstance(value, list):
            waiting.extend(((*path, index), item) for index, item in enumerate(value))
