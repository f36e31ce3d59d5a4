"""`make test-containers`: the image is built, and what compose.yaml describes is run from it."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.containers import images, podman
from tests.containers.shape import Shape

CLIENTS = 3000
MOST_MB = 600  # with Debian's whole Python under it; less on the slim image of Docker Hub
OURS = ("web", "worker", "beat", "flower")

pytestmark = [
    pytest.mark.skipif("TEST_CONTAINERS" not in os.environ, reason="`make test-containers` runs these"),
    pytest.mark.skipif(bool(podman.lacking()), reason=podman.lacking() or "-"),
    pytest.mark.timeout(1500),
]


@pytest.fixture(scope="module")
def shape(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shape]:
    """All of compose.yaml, with clients and a key, and nothing sent yet."""
    images.build_all(tmp_path_factory.mktemp("images"))
    shape = Shape()
    shape.remove()
    try:
        set_up(shape)
        yield shape
    finally:
        shape.remove()


def set_up(shape: Shape) -> None:
    shape.start_servers()
    assert shape.migrate() == "0", shape.logs()
    shape.start_ours("simulator", *OURS)
    shape.wait_for(lambda: shape.responds("/health/live"), "the web server")
    shape.key = shape.inside("web", "python manage.py create_api_key test --scope write").split()[-1]
    rows = "".join(f"{79_160_000_000 + number},Europe/Moscow\n" for number in range(CLIENTS))
    imported = shape.api("POST", "clients/import/", f"phone,timezone\n{rows}", content_type="text/csv")
    assert imported["created"] == CLIENTS


def begin_mailing(shape: Shape) -> int:
    now = datetime.now(UTC)
    body = {
        "text": "From a container",
        "start_at": now.isoformat(),
        "end_at": (now + timedelta(hours=1)).isoformat(),
        "filter": {"operator_codes": ["916"]},
    }
    made: dict[str, Any] = shape.api("POST", "mailings/", body)
    return int(made["id"])


def end_of(shape: Shape, mailing: int) -> dict[str, int]:
    """Its counts, once it has finished."""

    def is_finished() -> bool:
        return shape.responds("/health/ready") and (
            shape.api("GET", f"mailings/{mailing}/")["status"] == "finished"
        )

    shape.wait_for(is_finished, "the mailing's end")
    counts: dict[str, int] = shape.api("GET", f"mailings/{mailing}/")["messages"]
    return counts


def test_every_client_gets_a_message(shape: Shape) -> None:
    counts = end_of(shape, begin_mailing(shape))
    assert (counts["total"], counts["sent"]) == (CLIENTS, CLIENTS)


@pytest.mark.parametrize("part", ["worker", "beat", "web", "flower", "rabbitmq", "postgres"])
def test_a_mailing_survives_the_restart_of_a_part(shape: Shape, part: str) -> None:
    mailing = begin_mailing(shape)
    podman.podman("restart", "--time=20", f"ns-{part}")
    counts = end_of(shape, mailing)
    assert (counts["total"], counts["sent"]) == (CLIENTS, CLIENTS)


@pytest.mark.parametrize("part", OURS)
def test_a_container_runs_without_rights(shape: Shape, part: str) -> None:
    script = "id -u; grep CapEff /proc/self/status; touch /app/x 2>/dev/null || echo refused"
    status = shape.inside(part, script).split()
    assert status[0] == "10001"
    assert int(status[status.index("CapEff:") + 1], 16) == 0
    assert status[-1] == "refused"


def test_the_health_check_of_a_worker_passes(shape: Shape) -> None:
    check = " ".join(shape.services["worker"]["healthcheck"]["test"][1:])
    assert shape.inside("worker", f"{check} && echo healthy").endswith("healthy")


def test_the_doctor_finds_nothing_wrong_in_a_container(shape: Shape) -> None:
    end_of(shape, begin_mailing(shape))
    assert "✗" not in shape.inside("web", "python manage.py doctor")


def test_the_image_is_no_larger_than_the_documents_say(shape: Shape) -> None:
    assert images.size_in_mb(images.PRODUCT) <= MOST_MB


def test_no_embedded_server_is_in_the_image(shape: Shape) -> None:
    assert shape.inside("web", "find / -name valkey-server -o -name initdb 2>/dev/null") == ""


def last_release() -> str:
    """Its tag; empty where there is none."""
    tags = podman.run("git", "-C", str(images.ROOT), "tag", "--list", "v*", "--sort=-version:refname").split()
    return tags[0] if tags else ""


def test_the_last_release_is_upgraded(shape: Shape, tmp_path: Path) -> None:
    """Last, for it begins anew."""
    revision = os.environ.get("UPGRADE_FROM") or last_release()
    if not revision:
        pytest.skip("nothing has been released yet, and UPGRADE_FROM names no commit")
    shape.remove()
    shape.product = images.build_release(tmp_path, revision)
    set_up(shape)
    before = begin_mailing(shape)
    shape.product = images.PRODUCT
    assert shape.migrate() == "0", shape.logs()
    shape.start_ours(*OURS)
    assert end_of(shape, before)["sent"] == CLIENTS
    assert end_of(shape, begin_mailing(shape))["sent"] == CLIENTS
