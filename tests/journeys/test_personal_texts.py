"""Each client gets its own text, from a real worker through a real connection."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from notification_service.mailings.reasons import Reason
from tests.factories import make_client
from tests.journeys.mailing import start_mailing, wait_until_finished
from tests.journeys.service import Service

TAKEN = b'{"code": 0, "message": "OK"}'
AWKWARD = "<b>\"Ann\" & 'Bob'</b>\u2028👩‍👩‍👧 {{order}} \\{{"


@contextmanager
def gateway_that_keeps_texts(port: int) -> Iterator[dict[str, str]]:
    """Yield what it was asked to send, by phone."""
    texts: dict[str, str] = {}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            texts[str(message["phone"])] = message["text"]
            self.send_response(200)
            self.send_header("Content-Length", str(len(TAKEN)))
            self.end_headers()
            self.wfile.write(TAKEN)

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield texts
    finally:
        server.shutdown()
        server.server_close()


def test_each_client_gets_the_text_with_its_own_values(service: Service) -> None:
    for phone, attributes in (
        ("79160000001", {"name": AWKWARD, "order": 1042}),
        ("79160000002", {"name": "Борис"}),
        ("79160000003", {}),
        ("79160000004", {"name": "n" * 2000}),
    ):
        make_client(phone=phone, attributes=attributes)
    with gateway_that_keeps_texts(service.gateway_port) as texts:
        service.start_beat()
        service.start_worker()
        mailing = start_mailing(text="{{name}}: {{order|—}}")
        counts = wait_until_finished(mailing)
        assert texts == {"79160000001": f"{AWKWARD}: 1042", "79160000002": "Борис: —"}
        assert (counts["total"], counts["sent"], counts["failed"]) == (3, 2, 1)
        mailing.refresh_from_db()
        assert mailing.excluded["no_value"] == 1
        assert mailing.message_set.get(status="failed").reason == Reason.TEXT_TOO_LONG
