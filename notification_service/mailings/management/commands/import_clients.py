import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from notification_service.directory.importing import (
    FileFormat,
    FileRefused,
    ImportResult,
    ImportStopped,
)
from notification_service.directory.importing.choices import Choices, TagMode
from notification_service.directory.importing.rejected_file import (
    RejectedCsvWriter,
    RejectedNdjsonWriter,
    RejectedWriter,
)
from notification_service.directory.importing.uploads.encodings import as_utf8, by_mark
from notification_service.directory.models import ClientUpload
from notification_service.directory.rules import TAG_LENGTH, tag_of
from notification_service.directory.zone_names import zone_key
from notification_service.directory.zones import known_zones
from notification_service.mailings.client_changes import import_audited

PRINTED_REJECTIONS = 20
REPORT_SECONDS = 5
INTERRUPTED = 130

OnProgress = Callable[[int, ImportResult], None]


class Command(BaseCommand):
    help = (
        "Import clients from a CSV or NDJSON file: new phones create clients, known ones update them. "
        "Exits with 0 when the whole file was read, even if some of its lines were rejected, and with 1 "
        "when the file could not be read."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="the file, or - for the standard input")
        parser.add_argument(
            "--format",
            choices=[*FileFormat],
            help="by default NDJSON for .ndjson, .jsonl and .json, else CSV",
        )
        parser.add_argument(
            "--encoding",
            choices=ClientUpload.Encoding.values,
            help="by default UTF-16 where the file has its byte order mark, else UTF-8",
        )
        parser.add_argument(
            "--rejected",
            type=Path,
            metavar="FILE",
            help="write every rejected line here, its reason beside it; corrected, it can be imported",
        )
        parser.add_argument(
            "--timezone", default="", metavar="ZONE", help="for clients whose line has none: Europe/Moscow"
        )
        parser.add_argument(
            "--zone",
            action="append",
            default=[],
            metavar="WRITTEN=ZONE",
            help="what the file means by what is no IANA name, such as МСК=Europe/Moscow; may be repeated",
        )
        parser.add_argument("--tag", default="", help="for clients whose line has none")
        parser.add_argument(
            "--tags",
            choices=[*TagMode],
            default=TagMode.REPLACE.value,
            help="whether the tags of the file replace those that a client has, or are added to them",
        )

    def handle(self, *_args: Any, file: str, rejected: Path | None, **options: Any) -> None:
        started = time.monotonic()
        try:
            with ExitStack() as stack:
                source = _open(file, stack)
                file_format = FileFormat(options["format"] or _format_of(file))
                writer = _rejected_writer(rejected, file_format, stack)
                on_progress = stack.enter_context(self._progress(_size(source)))
                encoding = options["encoding"]
                result = import_audited(
                    as_utf8(source.read, encoding) if encoding else by_mark(source.read),
                    name=Path(file).name,
                    file_format=file_format,
                    choices=_choices(options),
                    on_header=writer.take_header,
                    on_rejected=writer.write,
                    on_progress=on_progress,
                )
        except FileRefused as refusal:
            raise CommandError(str(refusal)) from None
        except ImportStopped as stopped:
            self._report(stopped.result, seconds=time.monotonic() - started)
            raise CommandError(f"{stopped} What is counted above is kept.") from None
        except OSError as error:
            raise CommandError(str(error)) from None
        except KeyboardInterrupt:
            raise CommandError(
                "Interrupted: the chunks written so far are kept.", returncode=INTERRUPTED
            ) from None
        self._report(result, seconds=time.monotonic() - started)

    @contextmanager
    def _progress(self, size: int | None) -> Iterator[OnProgress]:
        if self.stdout.isatty():
            with _progress_bar() as bar:
                task = bar.add_task("clients", total=size, speed=0.0, rows=0)
                started = time.monotonic()

                def show(bytes_read: int, result: ImportResult) -> None:
                    speed = result.received / (time.monotonic() - started)
                    bar.update(task, completed=bytes_read, rows=result.received, speed=speed)

                yield show
        else:
            yield self._progress_lines(size)

    def _progress_lines(self, size: int | None) -> OnProgress:
        last = time.monotonic()

        def show(bytes_read: int, result: ImportResult) -> None:
            nonlocal last
            if time.monotonic() - last >= REPORT_SECONDS:
                last = time.monotonic()
                share = f" ({bytes_read / size:.0%})" if size else ""
                self.stdout.write(f"{bytes_read:,} bytes{share}, {result.received:,} rows")

        return show

    def _report(self, result: ImportResult, *, seconds: float) -> None:
        for rejection in result.errors[:PRINTED_REJECTIONS]:
            self.stdout.write(f"line {rejection.line}: {rejection.reason}")
        if (more := result.rejected - PRINTED_REJECTIONS) > 0:
            self.stdout.write(f"… and {more:,} more rejected lines (--rejected FILE lists them all)")
        self.stdout.write(
            f"{result.received:,} rows received: {result.created:,} created, {result.updated:,} updated, "
            f"{result.unchanged:,} unchanged, {result.rejected:,} rejected "
            f"({seconds:.1f} s, {result.received / max(seconds, 1e-9):,.0f} rows/s)"
        )
        if result.rejected:
            self.stdout.write("The rejected lines were left out; all others are in the directory.")


def _open(file: str, stack: ExitStack) -> IO[bytes]:
    return sys.stdin.buffer if file == "-" else stack.enter_context(Path(file).open("rb"))


def _size(source: IO[bytes]) -> int | None:
    """Return None if it is not known, as for a pipe."""
    return source.seek(0, 2) - source.seek(0) if source.seekable() else None


def _format_of(file: str) -> FileFormat:
    is_ndjson = Path(file).suffix.lower() in (".ndjson", ".jsonl", ".json")
    return FileFormat.NDJSON if is_ndjson else FileFormat.CSV


def _choices(options: dict[str, Any]) -> Choices:
    named = [text.rpartition("=") for text in options["zone"]]
    for zone in (*filter(None, [options["timezone"]]), *(zone for _written, _equals, zone in named)):
        if zone not in known_zones():
            raise CommandError(f"{zone} is no time zone that is known: write its name as in Europe/Moscow.")
    tag = tag_of(options["tag"])
    if len(tag) > TAG_LENGTH:
        raise CommandError(f"The tag must have no more than {TAG_LENGTH} characters.")
    zones = {zone_key(written): zone for written, _equals, zone in named}
    tag_mode = TagMode(options["tags"])
    return Choices(zones=zones, timezone=options["timezone"], tag=tag, tag_mode=tag_mode)


def _rejected_writer(path: Path | None, file_format: FileFormat, stack: ExitStack) -> RejectedWriter:
    if path is None:
        return RejectedWriter()
    is_csv = file_format == FileFormat.CSV
    encoding = "utf-8-sig" if is_csv else "utf-8"  # Excel needs the mark
    file = stack.enter_context(path.open("w", encoding=encoding, newline=""))
    return RejectedCsvWriter(file) if is_csv else RejectedNdjsonWriter(file)


def _progress_bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TextColumn("{task.fields[rows]:,} rows  {task.fields[speed]:,.0f} rows/s"),
        TimeRemainingColumn(),
        console=Console(),
    )
