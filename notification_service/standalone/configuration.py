"""What the administrator has configured, and what is embedded instead of the rest."""

from collections.abc import Mapping
from pathlib import Path

from notification_service.standalone.env_file import write_env_file

FOR_OTHERS = ("GRANIAN_", "FLOWER_")


class Configuration:
    """`left_by_last_start`: values from the last start's file, which nobody has configured."""

    def __init__(self, environment: Mapping[str, str], left_by_last_start: Mapping[str, str]) -> None:
        self._own = {
            name: value for name, value in environment.items() if left_by_last_start.get(name) != value
        }
        self._embedded: dict[str, str] = {}

    def is_set(self, name: str) -> bool:
        return bool(self._own.get(name) or self._own.get(f"{name}_FILE"))

    def value(self, name: str) -> str:
        """Return what was configured for `name`, directly or in a file; empty if nothing was."""
        if path := self._own.get(f"{name}_FILE"):
            return Path(path).read_text(encoding="utf-8").strip()
        return self._own.get(name, "")

    def embed(self, **values: str) -> None:
        self._embedded.update(values)

    def _inherited(self) -> dict[str, str]:
        """Return the environment without options that were set for another granian or Flower."""
        return {name: value for name, value in self._own.items() if not name.startswith(FOR_OTHERS)}

    def child_environment(self, data_dir: Path, *, defaults: Mapping[str, str]) -> dict[str, str]:
        missing = {name: value for name, value in defaults.items() if not self.is_set(name)}
        fixed = {
            "DATA_DIR": str(data_dir),
            "PYTHONUNBUFFERED": "1",
            "PROMETHEUS_MULTIPROC_DIR": str(data_dir / "run" / "metrics"),  # /metrics has the metrics of all
        }
        return {**self._inherited(), **missing, **self._embedded, **fixed}

    def write(self, path: Path) -> None:
        """Write it for settings in other terminals, which then find the service with nothing configured."""
        write_env_file(path, self._embedded)
