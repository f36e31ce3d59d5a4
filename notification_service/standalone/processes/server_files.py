"""Where an embedded server and those who use it find each other."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ServerFiles:
    data_dir: Path
    name: str

    @property
    def lock(self) -> Path:
        """Held by the process that runs the server."""
        return self.data_dir / f"{self.name}.lock"

    @property
    def users(self) -> Path:
        """Held by every process that uses it."""
        return self.data_dir / "run" / f"{self.name}.users"

    @property
    def keeper(self) -> Path:
        """Which process runs it; written when the server answers."""
        return self.data_dir / "run" / f"{self.name}.keeper"

    @property
    def url(self) -> Path:
        return self.data_dir / "run" / f"{self.name}.url"

    @property
    def log(self) -> Path:
        return self.data_dir / "log" / f"{self.name}.log"

    @property
    def keeper_log(self) -> Path:
        return self.data_dir / "log" / f"{self.name}.keeper.log"
