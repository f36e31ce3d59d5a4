from collections.abc import Callable
from dataclasses import asdict
from typing import IO, Any

from django.http import HttpRequest
from django.utils import translation
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from notification_service.access.permissions import CLIENTS
from notification_service.api.problems import LengthRequired
from notification_service.api.query import check_query
from notification_service.directory.importing import (
    ERRORS_KEPT,
    FileFormat,
    FileRefused,
    ImportResult,
    ImportStopped,
)
from notification_service.directory.importing.lines import Read
from notification_service.directory.importing.uploads.encodings import as_utf8, by_mark
from notification_service.mailings.client_changes import import_audited

FORMATS = {"text/csv": FileFormat.CSV, "application/x-ndjson": FileFormat.NDJSON}
CHARSETS = {  # None: its byte order mark says whether it is UTF-16
    **dict.fromkeys(("utf-8", "utf8", "us-ascii"), None),
    "utf-16": "utf-16",
    **dict.fromkeys(("windows-1251", "cp1251"), "cp1251"),
}
Decode = Callable[[Read], Read]
DESCRIPTION = f"""
Creates a client for each line whose phone is new, and updates the client whose phone is known.

Columns: `phone` and `timezone` (required), `operator_code`, `tag`, `attributes` (a JSON object). A column
that is absent is left alone in clients who exist. CSV starts with a line that names its columns; its
separator may be a comma, a semicolon or a tab. A CSV that the console exported comes back as it was: its
other columns are left out, and so are its apostrophes before what a spreadsheet would take for a formula.
A first line such as `sep=;`, and empty cells after the last column, are what spreadsheets write, and mean
nothing. NDJSON has one object on each line.

The file is in UTF-8, with a byte order mark or without; in UTF-16 with one; or in the `charset` of the
Content-Type, of which `utf-8`, `utf-16` and `windows-1251` are known.

A line that is not acceptable is left out and reported with its number in the file; all others are taken.
The first {ERRORS_KEPT:,} reports are in `errors`. A phone that is in the file twice is taken twice, in order.
The file is written in parts as it arrives: where the connection breaks, the parts written stay, and the same
file can be sent again.
"""


class RejectionSerializer(serializers.Serializer[Any]):
    line = serializers.IntegerField(help_text="Of the file, from 1; the first of them where a row has many.")
    reason = serializers.CharField()
    field = serializers.CharField(allow_null=True)


class ImportResultSerializer(serializers.Serializer[Any]):
    """Rows by what became of them: `received` is the sum of the next four."""

    received = serializers.IntegerField()
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    rejected = serializers.IntegerField()
    errors = RejectionSerializer(many=True)  # type: ignore[assignment]  # no attribute: its metaclass takes it
    errors_truncated = serializers.BooleanField(help_text="Whether more lines were rejected than are listed.")


class FileParser(BaseParser):
    """Tells REST framework's pages what the view takes. The view reads the body: nobody holds it whole."""

    def parse(self, stream: IO[Any], *_args: Any, **_kwargs: Any) -> Any:
        return stream


class CsvParser(FileParser):
    media_type = "text/csv"


class NdjsonParser(FileParser):
    media_type = "application/x-ndjson"


class ClientImportView(APIView):
    parser_classes = (CsvParser, NdjsonParser)
    needs = CLIENTS

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        translation.activate("en")
        super().initial(request, *args, **kwargs)
        check_query(request, allowed=set())

    @extend_schema(
        operation_id="clients_import",
        summary="Import clients from a file",
        description=DESCRIPTION,
        tags=["clients"],
        request=dict.fromkeys(FORMATS, OpenApiTypes.STR),
        responses={200: ImportResultSerializer},
    )
    def post(self, request: Request) -> Response:
        file_format, decode = _format_of(request._request), _decoding_of(request._request)
        try:
            result = import_audited(_body_of(request._request, decode), name="", file_format=file_format)
        except FileRefused as refusal:
            raise exceptions.ParseError(str(refusal)) from None
        except ImportStopped as stopped:
            raise exceptions.ParseError(f"{stopped} {_kept(stopped.result)}") from None
        return Response({**asdict(result), "errors_truncated": result.errors_truncated})


def _format_of(request: HttpRequest) -> FileFormat:
    media_type = request.content_type or ""
    if media_type.lower() not in FORMATS:
        raise exceptions.UnsupportedMediaType(media_type, f"Send the file as {' or '.join(FORMATS)}.")
    return FORMATS[media_type.lower()]


def _decoding_of(request: HttpRequest) -> Decode:
    charset = (request.content_params or {}).get("charset", "utf-8").lower().strip('"')
    if charset not in CHARSETS:
        words = f"The file must be in one of: {', '.join(CHARSETS)}."
        raise exceptions.UnsupportedMediaType(request.content_type or "", words)
    encoding = CHARSETS[charset]
    return by_mark if encoding is None else lambda read: as_utf8(read, encoding)


def _body_of(request: HttpRequest, decode: Decode) -> Read:
    if request.META.get("CONTENT_LENGTH"):
        return decode(_whole(request.read, length=int(request.META["CONTENT_LENGTH"])))
    if "HTTP_TRANSFER_ENCODING" not in request.META:
        return request.read  # no body: an empty file
    if request.META.get("wsgi.input_terminated"):
        # Django takes a body of unknown length for an empty one; the server knows where it ends.
        return _ending_with_newline(decode(request.META["wsgi.input"].read))
    raise LengthRequired


def _whole(read: Read, *, length: int) -> Read:
    """A connection that breaks may look like the end of the file, in the middle of a row."""
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
    """Without a length, a last line that does not end may be half of one: servers do not tell."""
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
