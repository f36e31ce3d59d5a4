"""A file that arrives for an import in the background. It is kept as a whole, or not at all."""

from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from rest_framework.exceptions import ErrorDetail, ParseError
from rest_framework.request import Request

from notification_service.api.problems import AlreadyExists, InvalidQuery, PayloadTooLarge
from notification_service.api.values import parse_choice, parse_text
from notification_service.api.views.file_import import BLOCK_BYTES, body_of, format_of
from notification_service.api.views.import_choices import obstacle_words, take_choices
from notification_service.directory.importing import FileRefused
from notification_service.directory.importing.choices import TagMode
from notification_service.directory.importing.uploads.incoming import NAME_LENGTH, IncomingFile
from notification_service.directory.models import ClientUpload
from notification_service.directory.rules import FILLED_LINE_PATTERN
from notification_service.directory.zones import known_zones
from notification_service.mailings.client_uploads import start_upload

MEGABYTE = 1024 * 1024
UNDER_WAY = "The same file waits or is being imported."


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the query says. `choices` are fields of the upload."""

    name: str = ""
    starts: bool = True
    choices: dict[str, Any] = field(default_factory=dict)


def wishes_of(request: Request) -> Wishes:
    """Raises InvalidQuery, and UnsupportedMediaType for a body that is no such file."""
    format_of(request._request, also="")
    query = request.query_params
    name = _read(query, "name", lambda text: parse_text(text, pattern=FILLED_LINE_PATTERN, most=NAME_LENGTH))
    start = _read(query, "start", lambda text: parse_choice(text, choices=("true", "false")))
    tags = _read(query, "tags", lambda text: parse_choice(text, choices=list(TagMode)))
    choices = {"tag_mode": tags, "timezone": _read(query, "timezone", _known_zone)}
    return Wishes(name or "", start != "false", {name: value for name, value in choices.items() if value})


def _read(query: Any, name: str, parse: Any) -> Any:
    try:
        return parse(query[name]) if name in query else None
    except ValueError as problem:
        raise InvalidQuery({name: [ErrorDetail(str(problem))]}) from None


def _known_zone(text: str) -> str:
    if text not in known_zones():
        raise ValueError("Must be the IANA name of a time zone, such as Europe/Moscow.")
    return text


class Arrival:
    """Leaves nothing behind unless `store` returned its id, and that was kept."""

    def __init__(self, wishes: Wishes, *, by: str) -> None:
        self._wishes, self._by = wishes, by
        self._file = IncomingFile(file_name=wishes.name, by=by)
        self._is_stored = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_others: TracebackType | object) -> None:
        if kind is not None or not self._is_stored:
            self._file.discard()

    @property
    def digest(self) -> str:
        return self._file.digest

    def receive(self, request: HttpRequest) -> None:
        """Raises ParseError as soon as it shows that this is no list of clients; PayloadTooLarge."""
        size, read = 0, body_of(request, lambda read: read)
        try:
            while block := read(BLOCK_BYTES):
                size += len(block)
                if size > settings.IMPORT_MAX_MB * MEGABYTE:
                    raise PayloadTooLarge(_too_large())
                self._file.write(block)
        except FileRefused as refusal:
            raise ParseError(str(refusal)) from None

    @transaction.atomic
    def store(self) -> int:
        """Return the upload's id. Raises ParseError, AlreadyExists."""
        try:
            upload = self._file.finish()
        except FileRefused as refusal:
            raise ParseError(str(refusal)) from None
        if upload.pk != self._file.upload_id:
            raise AlreadyExists("import", upload, said=UNDER_WAY)
        self._begin(upload)
        self._is_stored = True
        return upload.pk

    def _begin(self, upload: ClientUpload) -> None:
        if self._wishes.choices:
            take_choices(upload, dict(self._wishes.choices))
        if self._wishes.starts:
            if words := obstacle_words(upload):
                raise ParseError(words)
            start_upload(upload.pk, by=self._by)


def _too_large() -> str:
    return (
        f"The file has more than {settings.IMPORT_MAX_MB} MB. Send it in parts; or use "
        "`POST /api/v1/clients/import/`, which takes any size."
    )
