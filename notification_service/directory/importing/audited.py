"""An import that the audit log tells of: by one entry when its first lines are written, by one at its end."""

from typing import Any

from notification_service.audit.actions import Action
from notification_service.audit.log import record
from notification_service.directory.importing.lines import Read
from notification_service.directory.importing.report import ImportResult, ImportStopped, WrittenChunk
from notification_service.directory.importing.run import import_clients


def import_and_tell(read: Read, *, name: str, **options: Any) -> ImportResult:
    """As `import_clients`, of which it takes the options but `on_written`; `name` is the file's, or empty.

    An import that was killed has a beginning and no end; one that wrote nothing has neither.
    """
    is_told = False

    def tell_once(_chunk: WrittenChunk) -> None:
        nonlocal is_told
        if not is_told:
            record(Action.IMPORT_STARTED, object_name=name)
            is_told = True

    try:
        result = import_clients(read, on_written=tell_once, **options)
    except ImportStopped as stopped:
        if is_told:
            record(Action.IMPORT_FAILED, object_name=name, problem=str(stopped), **_counts(stopped.result))
        raise
    record(Action.IMPORT_FINISHED, object_name=name, **_counts(result))
    return result


def _counts(result: ImportResult) -> dict[str, int]:
    return {each: getattr(result, each) for each in ("created", "updated", "unchanged", "rejected")}
