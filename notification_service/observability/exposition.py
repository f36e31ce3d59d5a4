"""The metrics of this process, or of all that share its folder, and a server for processes without one."""

import hmac
from collections.abc import Callable, Iterable
from pathlib import Path
from socketserver import ThreadingMixIn
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import structlog
from django.conf import settings
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.registry import Collector

from notification_service.observability import process_files

CONTENT_TYPE = CONTENT_TYPE_LATEST

log = structlog.get_logger(__name__)


def exposition(*collectors: Collector) -> bytes:
    """Prometheus's text format; the collectors' metrics come last."""
    registry = CollectorRegistry()
    for collector in collectors:
        registry.register(collector)
    return _of_processes() + generate_latest(registry)


def _of_processes() -> bytes:
    if settings.METRICS_DIR:
        return process_files.exposition(Path(settings.METRICS_DIR))
    return generate_latest(REGISTRY)


def is_token(credentials: str) -> bool:
    """Return whether it is METRICS_TOKEN; never if none is set."""
    expected = settings.METRICS_TOKEN.encode()
    return bool(expected) and hmac.compare_digest(credentials.encode("utf-8", "surrogatepass"), expected)


def serve() -> None:
    """Serve `/metrics` on METRICS_PORT, for a worker or beat without a web server on its machine."""
    if settings.METRICS_PORT:
        try:
            server = make_server(
                settings.METRICS_HOST, settings.METRICS_PORT, _respond, _Server, handler_class=_Handler
            )
        except OSError as error:
            log.error("metrics are not served", port=settings.METRICS_PORT, error=str(error))
            return
        Thread(target=server.serve_forever, name="metrics", daemon=True).start()


def _respond(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if environ["PATH_INFO"].rstrip("/") != "/metrics":
        start_response("404 Not Found", [])
        return [b""]
    if settings.METRICS_TOKEN and not is_token(environ.get("HTTP_AUTHORIZATION", "").removeprefix("Bearer ")):
        start_response("401 Unauthorized", [("WWW-Authenticate", "Bearer")])
        return [b""]
    start_response("200 OK", [("Content-Type", CONTENT_TYPE)])
    return [_of_processes()]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Handler(WSGIRequestHandler):
    timeout = 10

    def log_message(self, *_args: Any) -> None:
        pass
