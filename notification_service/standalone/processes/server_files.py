"""The files by which an embedded server and its users find each other."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ServerFiles:
    data_dir: Path
    name: str

    @property
    def lock(self) -> Path:
        """The process that runs the server holds it."""
        return self.data_dir / f"{self.name}.lock"

    @property
    def users(self) -> Path:
        """Every process that uses the server holds it."""
        return self.data_dir / "run" / f"{self.name}.users"

    @property
    def keeper(self) -> Path:
        """It names the process that runs the server, and is there only while the server runs."""
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
