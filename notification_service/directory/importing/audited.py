"""An import in the audit log: an entry when its first lines are written, and one at its end."""

from typing import Any

from notification_service.audit.actions import Action
from notification_service.audit.log import record
from notification_service.directory.importing.lines import Read
from notification_service.directory.importing.report import ImportResult, ImportStopped, WrittenChunk
from notification_service.directory.importing.run import OnMoved, import_clients


def import_audited(read: Read, *, name: str, on_moved: OnMoved, **options: Any) -> ImportResult:
    """Like `import_clients`, with its options except `on_written`. `name` is the file's, or empty.

    An import that was killed has a first entry but no second; one that wrote nothing has neither.
    """
    has_begun = False

    def record_beginning(_chunk: WrittenChunk) -> None:
        nonlocal has_begun
        if not has_begun:
            record(Action.IMPORT_STARTED, object_name=name)
            has_begun = True

    try:
        result = import_clients(read, on_moved=on_moved, on_written=record_beginning, **options)
    except ImportStopped as stopped:
        if has_begun:
            record(Action.IMPORT_FAILED, object_name=name, problem=str(stopped), **_counts(stopped.result))
        raise
    record(Action.IMPORT_FINISHED, object_name=name, **_counts(result))
    return result


def _counts(result: ImportResult) -> dict[str, int]:
    return {each: getattr(result, each) for each in ("created", "updated", "unchanged", "rejected")}
