"""What imports of files have in common: bodies of any size, read as they arrive, and the result."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from typing import IO, Any

from django.http import HttpRequest
from django.utils import translation
from rest_framework import exceptions, serializers
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from notification_service.api.idempotency import work_once
from notification_service.api.problems import LengthRequired
from notification_service.api.query import check_query
from notification_service.api.views.base import refuse_encoded_body
from notification_service.directory.importing import FileFormat, FileRefused, ImportResult, ImportStopped
from notification_service.directory.importing.lines import Read
from notification_service.directory.importing.uploads.encodings import as_utf8, by_mark

FORMATS = {"text/csv": FileFormat.CSV, "application/x-ndjson": FileFormat.NDJSON}
CHARSETS = {  # None: the byte order mark shows whether it is UTF-16
    **dict.fromkeys(("utf-8", "utf8", "us-ascii"), None),
    "utf-16": "utf-16",
    **dict.fromkeys(("windows-1251", "cp1251"), "cp1251"),
}
BLOCK_BYTES = 256 * 1024
Decode = Callable[[Read], Read]


class RejectionSerializer(serializers.Serializer[Any]):
    line = serializers.IntegerField(help_text="Of the file, from 1; the first of them where a row has many.")
    reason = serializers.CharField()
    field = serializers.CharField(allow_null=True)


class ImportResultSerializer(serializers.Serializer[Any]):
    """Rows by result: `received` is the sum of the next four."""

    received = serializers.IntegerField()
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    rejected = serializers.IntegerField()
    errors = RejectionSerializer(many=True)  # type: ignore[assignment]  # no attribute: its metaclass takes it
    errors_truncated = serializers.BooleanField(help_text="Whether more lines were rejected than are listed.")


class FileParser(BaseParser):
    """Tells REST framework's pages what the view accepts. The view reads the body bit by bit."""

    def parse(self, stream: IO[Any], *_args: Any, **_kwargs: Any) -> Any:
        return stream


class CsvParser(FileParser):
    media_type = "text/csv"


class NdjsonParser(FileParser):
    media_type = "application/x-ndjson"


class FileImportView(APIView):
    parser_classes: tuple[type[BaseParser], ...] = (CsvParser, NdjsonParser)
    parameters_taken: frozenset[str] = frozenset()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        translation.activate("en")
        super().initial(request, *args, **kwargs)
        refuse_encoded_body(request)
        check_query(request, allowed=set(self.parameters_taken))


def imported(request: Request, run: Callable[..., ImportResult], *, also: str = "") -> Response:
    """Import the request's file: `run` gets what reads it, and `file_format`. `also`: what is read, too."""
    file_format = format_of(request._request, also=also)
    decode, seen = _decoding_of(request._request), _digest_of_the_head(request)
    body = body_of(request._request, lambda read: decode(_watched(read, seen)))
    return imported_once(
        request,
        lambda: run(body, file_format=file_format),
        digest=seen.hexdigest,
        read_all=lambda: _read_all(body),
    )


def imported_once(
    request: Request,
    run: Callable[[], ImportResult],
    *,
    digest: Callable[[], str],
    read_all: Callable[[], object] = lambda: None,
) -> Response:
    body, is_replayed = work_once(
        request, work=lambda: _result_of(run), values=lambda: {"digest": digest()}, read_all=read_all
    )
    return Response(body, headers={"Idempotency-Replayed": "true"} if is_replayed else {})


def digest_of(request: Request, document: Any) -> str:
    """Of a JSON body that says the same as `document`, and of what else the request says."""
    seen = _digest_of_the_head(request)
    seen.update(json.dumps(document, sort_keys=True).encode())
    return seen.hexdigest()


def _digest_of_the_head(request: Request) -> "hashlib._Hash":
    query = sorted(request.query_params.items())
    head = [query, request._request.content_type, _charset_of(request._request)]
    return hashlib.sha256(json.dumps(head).encode())


def _watched(read: Read, seen: "hashlib._Hash") -> Read:
    def read_and_digest(size: int) -> bytes:
        block = read(size)
        seen.update(block)
        return block

    return read_and_digest


def _read_all(read: Read) -> None:
    try:
        while read(BLOCK_BYTES):
            pass
    except FileRefused as refusal:
        raise exceptions.ParseError(str(refusal)) from None
    except OSError as error:
        raise exceptions.ParseError(f"The file broke off: {error}.") from None


def _result_of(run: Callable[[], ImportResult]) -> dict[str, Any]:
    try:
        result = run()
    except FileRefused as refusal:
        raise exceptions.ParseError(str(refusal)) from None
    except ImportStopped as stopped:
        raise exceptions.ParseError(f"{stopped} {_kept(stopped.result)}") from None
    return {**asdict(result), "errors_truncated": result.errors_truncated}


def format_of(request: HttpRequest, *, also: str) -> FileFormat:
    media_type = request.content_type or ""
    if media_type.lower() not in FORMATS:
        raise exceptions.UnsupportedMediaType(media_type, f"Send {also}{' or '.join(FORMATS)}.")
    return FORMATS[media_type.lower()]


def _charset_of(request: HttpRequest) -> str:
    return (request.content_params or {}).get("charset", "utf-8").lower().strip('"')


def _decoding_of(request: HttpRequest) -> Decode:
    charset = _charset_of(request)
    if charset not in CHARSETS:
        words = f"The file must be in one of: {', '.join(CHARSETS)}."
        raise exceptions.UnsupportedMediaType(request.content_type or "", words)
    encoding = CHARSETS[charset]
    return by_mark if encoding is None else lambda read: as_utf8(read, encoding)


def body_of(request: HttpRequest, decode: Decode) -> Read:
    if request.META.get("CONTENT_LENGTH"):
        return decode(_whole(request.read, length=int(request.META["CONTENT_LENGTH"])))
    if "HTTP_TRANSFER_ENCODING" not in request.META:
        return request.read  # no body: an empty file
    if request.META.get("wsgi.input_terminated"):
        # Django takes a body of unknown length for an empty one; the server knows where it ends.
        return _ending_with_newline(decode(request.META["wsgi.input"].read))
    raise LengthRequired


def _whole(read: Read, *, length: int) -> Read:
    """A connection that breaks in the middle of a row may look like the end of the file."""
    missing = length

    def read_and_count(size: int) -> bytes:
        nonlocal missing
        block = read(size)
        missing -= len(block)
        if not block and missing > 0:
            raise ConnectionResetError(f"{missing:,} of {length:,} bytes did not arrive")
        return block

    return read_and_count


def _ending_with_newline(read: Read) -> Read:
    """Without a length, a last line without a newline may be half a line: servers do not say."""
    last = b"\n"

    def read_and_look(size: int) -> bytes:
        nonlocal last
        block = read(size)
        if not block and last not in b"\r\n":
            raise ConnectionResetError("a body without a Content-Length must end with a newline")
        last = block[-1:]
        return block

    return read_and_look


def _kept(result: ImportResult) -> str:
    taken = result.received - result.rejected
    return f"The first {taken:,} good rows are kept; send the file again to take the rest."
