"""Opt-outs or consents from a file, while the browser waits: larger ones go through the API."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from notification_service.console.imports.labels import reason_of
from notification_service.console.parts.csv_export import csv_lines
from notification_service.console.parts.page import show
from notification_service.console.preferences.kinds import PreferenceScreen
from notification_service.directory.importing import FileFormat, FileRefused, ImportResult
from notification_service.directory.importing.lines import BLOCK_BYTES, NumberedLines, Read, read_lines
from notification_service.directory.importing.uploads.encodings import EncodingGuess, as_utf8

MEGABYTE = 1024 * 1024
MOST_MB = 10  # 860,000 phones and nothing else took 30 s
FORM_BYTES = 16 * 1024  # of the form's other fields
SHOWN = 50
NDJSON_NAMES = (".ndjson", ".jsonl")
FIELD = {
    "phone": gettext_lazy("Phone"),
    "topic": gettext_lazy("Topic"),
    "reason": gettext_lazy("Reason"),
    "source": gettext_lazy("Source"),
    "given_at": gettext_lazy("Given"),
    "evidence": gettext_lazy("Evidence"),
}


@dataclass(frozen=True, slots=True)
class Loaded:
    """`rejected` is a file, as an address that holds all of it: nothing of it is kept here."""

    result: ImportResult
    first: list[tuple[int, str]]  # of the rejected lines: the number and the reason
    rejected: str


@csrf_exempt  # the check would read the file; it is made below, once its size is known
def upload(request: HttpRequest, kind: PreferenceScreen) -> HttpResponse:
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_MB * MEGABYTE + FORM_BYTES:
        problem = _("The file has more than %(most)d MB. Split it, or send it through the API.")
        return _page(request, kind, problem=problem % {"most": MOST_MB}, code=413)
    return _received(request, kind)


@csrf_protect
def _received(request: HttpRequest, kind: PreferenceScreen) -> HttpResponse:
    if request.method != "POST":
        return _page(request, kind)
    file: Any = request.FILES.get("file")
    if not file:
        return _page(request, kind, problem=_("Choose a file first."), code=422)
    try:
        return _page(request, kind, loaded=_load(file, kind), file_name=file.name)
    except FileRefused as refusal:
        return _page(request, kind, problem=str(refusal), code=422)


def _load(file: "UploadedFile[Any]", kind: PreferenceScreen) -> Loaded:
    guess = EncodingGuess()
    for block in file.chunks(BLOCK_BYTES):
        guess.feed(block)
    is_ndjson = (file.name or "").lower().endswith(NDJSON_NAMES)
    result = kind.load(_reading(file, guess), file_format=FileFormat.NDJSON if is_ndjson else FileFormat.CSV)
    words = {field: str(word) for field, word in FIELD.items()}
    reasons = {each.line: reason_of(each, words) for each in result.errors}
    rows = _rejected(_reading(file, guess), reasons)
    lines = csv_lines([_("Line"), _("Reason"), _("Content")], rows, separator=";")
    content = base64.b64encode("".join(lines).encode()).decode() if reasons else ""
    return Loaded(result, list(reasons.items())[:SHOWN], f"data:text/csv;charset=utf-8;base64,{content}")


def _reading(file: "UploadedFile[Any]", guess: EncodingGuess) -> Read:
    file.seek(0)
    return as_utf8(file.read, guess.encoding)


def _rejected(read: Read, reasons: dict[int, str]) -> Iterator[tuple[int, str, str]]:
    for number, content in NumberedLines(read_lines(read)):
        if number in reasons:
            yield number, reasons[number], content.decode("utf-8", "backslashreplace")


def _page(request: HttpRequest, kind: PreferenceScreen, *, code: int = 200, **context: Any) -> HttpResponse:
    return show(
        request,
        "preferences/upload.html",
        title=str(kind.words.load),
        section=kind.name,
        code=code,
        kind=kind,
        most=MOST_MB,
        **context,
    )
