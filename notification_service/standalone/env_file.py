"""Files of KEY=value lines: for us, for a shell's `source` and for any dotenv reader."""

from collections.abc import Mapping
from pathlib import Path

from notification_service.standalone.private_files import write_private_file


def read_env_file(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    pairs = (line.partition("=") for line in path.read_text(encoding="utf-8").splitlines())
    return {name.strip(): value.strip().strip("'\"") for name, separator, value in pairs if separator}


def write_env_file(path: Path, values: Mapping[str, str]) -> None:
    # Single quotes, because a shell would end an unquoted URL at `&`.
    write_private_file(path, "".join(f"{name}='{value}'\n" for name, value in values.items()))
