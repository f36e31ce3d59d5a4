"""Variables that others set for the libraries that we use as well: gone before one of these looks at them.

What is meant for us is a setting of ours. Where these reach a process before it loads us, as Python's and
some of the `celery` command do, they are at least kept from its children.
"""

import os
from pathlib import Path

PROJECT_FOLDER = Path(__file__).parents[1]
SETTINGS = "notification_service.settings"
# libpq's defaults for what a URL leaves out; Celery's, which win over settings, and its command's options.
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
