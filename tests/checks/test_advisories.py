"""pip-audit itself, asking a server of the OSV protocol that runs here."""

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.checks import advisories

WEAKNESS = {
    "id": "PYSEC-2026-1",
    "summary": "made up",
    "details": "made up",
    "affected": [{"package": {"name": "celery", "ecosystem": "PyPI"}, "versions": ["1"], "ranges": []}],
}


class Osv(BaseHTTPRequestHandler):
    weak_package = ""

    def do_POST(self) -> None:
        question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        is_weak = question["package"]["name"] == self.weak_package
        body = json.dumps({"vulns": [WEAKNESS]} if is_weak else {}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        pass


@pytest.fixture
def osv() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Osv) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def audit(url: str) -> int:
    return advisories.main("--vulnerability-service=osv", f"--osv-url={url}")


def test_the_audit_passes_without_vulnerable_packages(osv: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert audit(osv) == 0
    assert capsys.readouterr().out.endswith(" packages, 0 known weaknesses\n")


def test_the_audit_fails_for_a_vulnerable_package(
    osv: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Osv, "weak_package", "celery")
    assert audit(osv) == 1
    assert ": PYSEC-2026-1, mended by no version yet\n" in capsys.readouterr().out


def test_the_audit_ignores_an_accepted_vulnerability(osv: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Osv, "weak_package", "celery")
    monkeypatch.setitem(advisories.ACCEPTED, "PYSEC-2026-1", "reason")
    assert audit(osv) == 0


def test_the_audit_is_skipped_with_one_line_when_the_server_refuses_connections(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound, not listening: refused
        assert audit(f"http://127.0.0.1:{nobody.getsockname()[1]}/") == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("pip-audit: skipped, the list of known weaknesses cannot be read here (")


def test_the_audit_is_skipped_when_the_server_hangs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(advisories, "PATIENCE_SECONDS", 2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert audit(f"http://127.0.0.1:{silent.getsockname()[1]}/") == 0
    assert "(no answer within 2 s)" in capsys.readouterr().out
