"""Starts one embedded server for everyone who uses it: `keeper.py postgres|valkey DATA_DIR`.

It runs as a script and not through the package, which would load Celery and Django. It ends with 0 if another
keeper was first, and with a reason in one line if the server cannot start.
"""

import os
import sys
import types
from pathlib import Path


def main(name: str, data_dir: Path) -> None:
    package = types.ModuleType("notification_service")
    package.__path__ = [str(Path(__file__).parents[1])]
    sys.modules[package.__name__] = package
    from notification_service.standalone.errors import FolderInUseError, StandaloneError

    os.umask(0o077)
    try:
        start(name, data_dir)
    except FolderInUseError:
        return
    except (StandaloneError, OSError) as error:
        sys.exit(str(error))


def start(name: str, data_dir: Path) -> None:
    from notification_service.standalone.postgres.server import EmbeddedPostgres
    from notification_service.standalone.private_files import kept_secret, write_private_file
    from notification_service.standalone.processes.pid_files import record_process
    from notification_service.standalone.processes.server_files import ServerFiles
    from notification_service.standalone.valkey.server import EmbeddedValkey

    files = ServerFiles(data_dir, name)
    server = EmbeddedPostgres(data_dir) if name == EmbeddedPostgres.name else EmbeddedValkey(data_dir)
    server.start()
    if name == EmbeddedPostgres.name:
        kept_secret(data_dir / "secret.key")  # one for all: they read what the others have signed
    write_private_file(files.url, server.url)
    record_process(files.keeper, os.getpid())
    server.hand_over()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
