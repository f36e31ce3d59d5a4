"""`python -m notification_service.worker NAME`: what `celery worker -n NAME@%h -l info` runs.

Without the `celery` command, which loads what all of its commands need, Flower among them: 20 MB.
"""

import sys

from celery.apps.worker import Worker
from celery.utils.nodenames import host_format

from notification_service.celery import app


def main(name: str) -> int:
    worker: Worker = app.Worker(hostname=host_format(f"{name}@%h"), loglevel="INFO")
    worker.start()
    return int(worker.exitcode or 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
