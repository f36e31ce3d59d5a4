"""Variables that were set for other programs, and that our libraries would read: removed before they do.

What is meant for us is a setting of ours. Some take effect before our code is loaded (Python's own, and some
of the `celery` command); these are at least kept from child processes.
"""

import os
from pathlib import Path

PROJECT_FOLDER = Path(__file__).parents[1]
SETTINGS = "notification_service.settings"
# libpq's defaults for what a URL leaves out; Celery's, which override settings; its command's options.
PREFIXES = ("PG", "PSYCOPG_", "CELERY_", "KOMBU_", "PYTHON")
NAMES = {"REMAP_SIGTERM", "PICKLE_PROTOCOL", "DISABLE_TRACEBACKS", "DJANGO_ALLOW_ASYNC_UNSAFE"}
HARMLESS = {
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONFAULTHANDLER",
    "PYTHONHASHSEED",
    "PYTHONIOENCODING",
    "PYTHONPYCACHEPREFIX",
    "PYTHONUNBUFFERED",
    "PYTHONUTF8",
}


def forget_what_is_for_others() -> None:
    for name in [name for name in os.environ if is_for_others(name)]:
        del os.environ[name]
    package = os.environ.get("DJANGO_SETTINGS_MODULE", "").partition(".")[0]
    if not package or not (PROJECT_FOLDER / package).is_dir():
        os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS


def is_for_others(name: str) -> bool:
    return (name.startswith(PREFIXES) or name in NAMES) and name not in HARMLESS
