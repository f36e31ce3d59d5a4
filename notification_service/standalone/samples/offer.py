"""The file of sample clients that an empty console offers to load."""

from pathlib import Path

from notification_service.standalone.private_files import write_private_file
from notification_service.standalone.samples.clients import sample_clients_csv

FILE_NAME = "sample-clients.csv"  # as in settings


def offer_samples(data_dir: Path, *, is_safe: bool) -> None:
    """Not where messages go to somebody's real gateway."""
    path = data_dir / FILE_NAME
    if is_safe:
        write_private_file(path, sample_clients_csv())
    else:
        path.unlink(missing_ok=True)
