"""Files of KEY=value lines: for us, for a shell's `source` and for any dotenv reader."""

import shlex
from collections.abc import Mapping
from pathlib import Path

from notification_service.standalone.private_files import write_private_file


def read_env_file(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    pairs = (line.partition("=") for line in path.read_text(encoding="utf-8").splitlines())
    return {name.strip(): value.strip().strip("'\"") for name, separator, value in pairs if separator}


def write_env_file(path: Path, values: Mapping[str, str]) -> None:
    # Quotes only where a shell needs them, as for a URL with `&`: people cut keys out with them.
    lines = (f"{name}={shlex.quote(value)}\n" for name, value in values.items())
    write_private_file(path, "".join(lines))
