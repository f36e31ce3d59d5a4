"""The messages of a mailing as a file that is written while it is read, however many there are.

Pages by id: a server-side cursor would hold a transaction open for as long as a slow download lasts.
"""

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any

from notification_service.api.serializers.message import MessageSerializer
from notification_service.directory.spreadsheets import guarded
from notification_service.mailings.models import Message
from notification_service.mailings.models.message import MessageQuerySet

Keep = Callable[[Message], bool]

CHUNK_ROWS = 2_000
COLUMNS = [name for name, field in MessageSerializer().fields.items() if not field.write_only]


def ndjson_lines(messages: MessageQuerySet, keep: Keep) -> Iterator[str]:
    """Yield each message that is to be kept, as the list shows it."""
    for chunk in _chunks(messages, keep):
        yield "".join(f"{json.dumps(row, ensure_ascii=False, separators=(',', ':'))}\n" for row in chunk)


def csv_lines(messages: MessageQuerySet, keep: Keep) -> Iterator[str]:
    """Yield a header and the same, with texts that no spreadsheet takes for a formula."""
    writer = csv.writer(_LineWriter())
    yield writer.writerow(COLUMNS)
    for chunk in _chunks(messages, keep):
        yield "".join(writer.writerow(map(_cell, row.values())) for row in chunk)


def written_csv(
    header: Iterable[str], rows: Iterable[Iterable[Any]], *, separator: str = ","
) -> Iterator[str]:
    """Yield rows of any kind, with texts that no spreadsheet takes for a formula."""
    writer = csv.writer(_LineWriter(), delimiter=separator)
    for row in chain([header], rows):
        yield writer.writerow(map(_cell, row))


def _chunks(messages: MessageQuerySet, keep: Keep) -> Iterator[list[dict[str, Any]]]:
    # What is left out is read, too: no index has it, and a statement that looks for few rows has no bound.
    last = 0
    while some := list(messages.filter(pk__gt=last).order_by("pk")[:CHUNK_ROWS]):
        last = some[-1].pk
        yield [MessageSerializer().to_representation(message) for message in some if keep(message)]


def _cell(value: Any) -> Any:
    return guarded(value) if isinstance(value, str) else value


class _LineWriter:
    def write(self, text: str) -> str:
        return text
