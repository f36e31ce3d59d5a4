"""Whether this very code has prepared the data before, so that a start need not wait for it again."""

import sysconfig
from hashlib import sha256
from pathlib import Path

from notification_service.standalone.private_files import write_private_file

PACKAGE_FOLDER = Path(__file__).parents[1]


class Preparation:
    def __init__(
        self, data_dir: Path, *, package_folder: Path = PACKAGE_FOLDER, libraries: Path | None = None
    ) -> None:
        self._path = data_dir / "run" / "prepared"
        self._package_folder = package_folder
        self._libraries = libraries or Path(sysconfig.get_path("purelib"))

    @property
    def is_done(self) -> bool:
        return self._path.exists() and self._path.read_text(encoding="utf-8") == self._of_this_code()

    def note_end(self) -> None:
        write_private_file(self._path, self._of_this_code())

    def _of_this_code(self) -> str:
        """Other migrations, ours or a library's, count as other code."""
        ours = {f"{path.parts[-3]}.{path.stem}" for path in self._package_folder.glob("*/migrations/*.py")}
        versions = {path.name for path in self._libraries.glob("*.dist-info")}
        return sha256("\n".join(sorted(ours | versions)).encode()).hexdigest()
