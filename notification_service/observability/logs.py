"""How every log line looks, ours and the libraries': fields, then text or JSON, then the mask."""

import re
import sys
from typing import Any

# structlog loads rich where it is installed: 3 MB of each process, for tracebacks that we print as they are.
sys.modules.setdefault("rich", None)  # type: ignore[arg-type]
import structlog  # noqa: E402
from structlog.typing import EventDict, Processor, WrappedLogger  # noqa: E402

if sys.modules["rich"] is None:
    del sys.modules["rich"]

# A Russian number, bare or as people write it. Commas do not belong to it: a list of ids is not a number.
PHONE = re.compile(r"([78])(?<![\w.].)([ (-]{0,2}\d{3})[ )-]{0,2}\d{3}[ -]?\d{2}[ -]?(\d{2})(?!\w)")
# Of a provider that can send it only in the address.
RECEIPT_KEY = re.compile(r"nsr_[\w-]{8,}", re.ASCII)

IDS = ("_id", "_ids")  # never phones, and there are many

# Seven wake-up calls a second would bury everything else. Their failures are errors, and are logged.
QUIET = ("celery.app.trace", "celery.worker.strategy", "axes")


def configure(*, log_format: str, level: str) -> dict[str, Any]:
    """Set structlog up, and return Django's LOGGING."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_fields(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": _rendering(log_format),
                "foreign_pre_chain": _fields(),
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {name: {"level": "WARNING"} for name in QUIET},
    }


def mask_phones(_logger: WrappedLogger, _method: str, line: str | EventDict) -> str:
    """The last guard, for the whole line: whichever field, list or traceback has the number."""
    return PHONE.sub(r"\1\2*****\3", str(line))


def mask_receipt_keys(_logger: WrappedLogger, _method: str, line: str | EventDict) -> str:
    """Of our lines and of the libraries': Django's name the address of what was refused."""
    return RECEIPT_KEY.sub("nsr_*****", str(line))


def mask_numbers(_logger: WrappedLogger, _method: str, fields: EventDict) -> EventDict:
    """A phone that is a number becomes text: a masked number would not be JSON."""
    return {name: value if name.endswith(IDS) else _masked(value) for name, value in fields.items()}


def _masked(value: Any) -> Any:
    match value:
        case bool() | str():
            return value
        case int() if 70_000_000_000 <= value < 90_000_000_000:
            return mask_phones(None, "", str(value))
        case dict():
            return {name: _masked(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_masked(inner) for inner in value]
    return value


def _fields() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _rendering(log_format: str) -> list[Any]:
    as_json = structlog.processors.JSONRenderer(ensure_ascii=False)
    as_text = structlog.dev.ConsoleRenderer(colors=False)
    return [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        mask_numbers,
        as_json if log_format == "json" else as_text,
        mask_phones,
        mask_receipt_keys,
    ]
