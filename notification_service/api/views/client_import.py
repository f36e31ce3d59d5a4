import json
from functools import partial
from io import BytesIO
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.request import Request
from rest_framework.response import Response

from notification_service.access.permissions import CLIENTS
from notification_service.api.openapi.words import IDEMPOTENCY_KEY
from notification_service.api.parsers import StrictJSONParser
from notification_service.api.problems import InvalidQuery
from notification_service.api.values import parse_choice
from notification_service.api.views.file_import import (
    FORMATS,
    CsvParser,
    FileImportView,
    ImportResultSerializer,
    NdjsonParser,
    digest_of,
    imported,
    imported_once,
)
from notification_service.directory.importing import ERRORS_KEPT, FileFormat
from notification_service.directory.importing.choices import Choices, TagMode
from notification_service.directory.importing.lines import Read
from notification_service.directory.rules import MOST_TAGS
from notification_service.mailings.client_changes import import_audited

MOST_ROWS = 1000  # in JSON; a file may have any number
TOO_MANY_ROWS = f"Must be a list of no more than {MOST_ROWS} clients."
TAGS = OpenApiParameter(
    "tags",
    OpenApiTypes.STR,
    enum=list(TagMode),
    default=TagMode.REPLACE.value,
    description="Whether the tags of the file replace those that a client has, or are added to them.",
)
DESCRIPTION = f"""
Creates a client for each line whose phone is new, and updates the client whose phone is known.

Columns: `phone` and `timezone` (required), `operator_code`, `tag`, `tags`, `attributes` (a JSON object). A
column that is absent is left alone in clients who exist. A phone may be written in any of the usual ways,
such as `+7 (916) 123-45-67`, `8 916 123-45-67` or `9161234567`; a time zone is an IANA name.

`tags` has all tags of a client, up to {MOST_TAGS}, in their order; `tag` has one, the first where both are
there. In a CSV they stand in one cell with bars between, `vip|new`; a bar or a backslash within a tag has a
backslash before it. In NDJSON they are a list. With `?tags=add` the tags of a line come after those that the
client has, and none is lost; a line that would give a client more than {MOST_TAGS} is rejected.

CSV starts with a line that names its columns, as above or as people do in English and Russian; its separator
may be a comma, a semicolon or a tab. A CSV that the console exported, or gave back as rejected lines, is read
as it is: its other columns are left out, and so are its apostrophes before what a spreadsheet would take for
a formula. A first line such as `sep=;`, and empty cells after the last column, are what spreadsheets write,
and mean nothing. NDJSON has one object on each line.

The file is in UTF-8, with a byte order mark or without; in UTF-16 with one; or in the `charset` of the
Content-Type, of which `utf-8`, `utf-16` and `windows-1251` are known.

JSON takes up to {MOST_ROWS:,} clients at once, as `{{"clients": [{{"phone": …}}, …]}}`; the number of a
line is then that of the client in the list, from 1.

A line that is not acceptable is left out and reported with its number in the file; all others are taken.
The first {ERRORS_KEPT:,} reports are in `errors`. A phone that is in the file twice is taken twice, in order.
The file is written in parts as it arrives: where the connection breaks, the parts written stay, and the same
file can be sent again.
"""


class RowsParser(StrictJSONParser):
    """A row with a text that cannot be stored is rejected alone, as a line of a file is."""

    refuses_strings = False


class ClientRowSerializer(serializers.Serializer[Any]):
    phone = serializers.CharField(help_text="In any of the usual ways.")
    timezone = serializers.CharField(help_text="The IANA name of the zone the client lives in.")
    operator_code = serializers.CharField(required=False, help_text="Taken from the phone where absent.")
    tag = serializers.CharField(required=False, allow_blank=True, help_text="The first of `tags`.")
    tags = serializers.ListField(child=serializers.CharField(), required=False)
    attributes = serializers.DictField(required=False, help_text="Whatever else is known of the client.")


class ClientRowsSerializer(serializers.Serializer[Any]):
    clients = serializers.ListField(child=ClientRowSerializer(), min_length=1, max_length=MOST_ROWS)


class ClientImportView(FileImportView):
    parser_classes = (RowsParser, CsvParser, NdjsonParser)
    needs = CLIENTS

    parameters_taken = frozenset({"tags"})

    @extend_schema(
        operation_id="clients_import",
        summary="Import clients from a file",
        description=DESCRIPTION,
        tags=["clients"],
        parameters=[TAGS, IDEMPOTENCY_KEY],
        request={"application/json": ClientRowsSerializer, **dict.fromkeys(FORMATS, OpenApiTypes.BINARY)},
        responses={200: ImportResultSerializer},
    )
    def post(self, request: Request) -> Response:
        run = partial(import_audited, name="", choices=Choices(tag_mode=_tag_mode_of(request)))
        if request._request.content_type == StrictJSONParser.media_type:
            rows = _rows_as_lines(request.data)
            return imported_once(
                request,
                lambda: run(rows, file_format=FileFormat.NDJSON),
                digest=lambda: digest_of(request, request.data),
            )
        return imported(request, run, also="application/json or ")


def _tag_mode_of(request: Request) -> TagMode:
    written = request.query_params.get("tags", TagMode.REPLACE.value)
    try:
        return TagMode(parse_choice(written, choices=list(TagMode)))
    except ValueError as problem:
        raise InvalidQuery({"tags": [str(problem)]}) from None


def _rows_as_lines(document: Any) -> Read:
    """The rows of a JSON body as the lines of a file, so that both mean the same."""
    if not isinstance(document, dict) or document.keys() != {"clients"}:
        raise exceptions.ValidationError("Must be an object with the list `clients` and nothing else.")
    rows = document["clients"]
    if not isinstance(rows, list) or len(rows) > MOST_ROWS:
        raise exceptions.ValidationError({"clients": [ErrorDetail(TOO_MANY_ROWS, "max_length")]})
    return BytesIO("".join(f"{json.dumps(row)}\n" for row in rows).encode()).read
