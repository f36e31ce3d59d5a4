"""CPU of the web process for one call of the API, without a server and without PostgreSQL's own CPU.

`python -m tests.benchmarks.api_cpu` prints the median of each call, beside that of a bare Django view;
`--profile "GET client"` prints where the time of one call goes.
"""

import argparse
import cProfile
import io
import json
import os
import pstats
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from notification_service.standalone.postgres.server import EmbeddedPostgres

COUNT = 400
WARM_UP = 50
Ask = Callable[[], object]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--profile", metavar="CALL")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedPostgres(Path(folder))
        server.start()
        try:
            _set_up(server.url)
            calls = _calls()
            if given.profile:
                _profile(calls[given.profile], given.count)
            else:
                _measure(calls, given.count)
        finally:
            server.stop()


def _set_up(url: str) -> None:
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "notification_service.settings",
        "DATABASE_URL": url,
        "BROKER_URL": "amqp://127.0.0.1:1//",
        "SECRET_KEY": "a secret of this benchmark alone",
        "API_RATE_LIMIT": "1000000",
        "LOG_LEVEL": "WARNING",
    }
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def _calls() -> dict[str, Ask]:
    from django.core.wsgi import get_wsgi_application

    from notification_service.access.models import ApiKey
    from tests.factories import make_client, make_mailing, make_message

    key, wsgi = ApiKey.issue(name="bench", scope="write")[1], get_wsgi_application()
    clients = [make_client() for _ in range(200)]
    mailing = make_mailing(status="running")
    for client in clients:
        make_message(mailing, client)
    now = datetime.now(UTC)
    new_mailing = {
        "text": "Our shop opens at ten.",
        "start_at": (now + timedelta(days=1)).isoformat(),
        "end_at": (now + timedelta(days=2)).isoformat(),
        "filter": {"tags": ["vip"]},
    }
    phones = iter(range(79_500_000_000, 79_600_000_000))

    def ask(method: str, path: str, make_body: Callable[[], Any] = lambda: None) -> Ask:
        return lambda: _request(wsgi, key, method, f"/api/{path}", make_body())

    return {
        "GET client": ask("GET", f"clients/{clients[0].pk}/"),
        "GET mailing": ask("GET", f"mailings/{mailing.pk}/"),
        "GET list of 100": ask("GET", "clients/"),
        "POST client": ask(
            "POST", "clients/", lambda: {"phone": str(next(phones)), "timezone": "Europe/Moscow"}
        ),
        "POST mailing": ask("POST", "mailings/", lambda: new_mailing),
        "info": ask("GET", f"mailings/{mailing.pk}/info/"),
        "bare view": _bare_view(),
    }


def _bare_view() -> Ask:
    """Django's handler with a middleware or two, and a view that reads one row."""
    from django.http import HttpRequest, JsonResponse
    from django.test import RequestFactory

    from notification_service.directory.models import Client

    def view(_request: HttpRequest) -> JsonResponse:
        return JsonResponse(Client.objects.values("id", "phone", "timezone").first() or {})

    requests = RequestFactory()
    return lambda: view(requests.get("/")).content


def _request(wsgi: Any, key: str, method: str, path: str, body: Any) -> None:
    content = b"" if body is None else json.dumps(body).encode()
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(content),
        "wsgi.errors": io.StringIO(),
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(content)),
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "localhost",
        "HTTP_AUTHORIZATION": f"Bearer {key}",
        "HTTP_ACCEPT": "*/*",
    }
    seen: list[str] = []
    response = wsgi(environ, lambda status, _headers: seen.append(status))
    body_read = b"".join(response)
    response.close()
    if not seen[0].startswith("2"):
        raise RuntimeError(f"{method} {path}: {seen[0]} {body_read[:300]!r}")


def _measure(calls: dict[str, Ask], count: int) -> None:
    for name, call in calls.items():
        print(f"{name:16} {_median_ms(call, count):6.2f} ms", flush=True)


def _median_ms(call: Ask, count: int) -> float:
    for _ in range(WARM_UP):
        call()
    spent = []
    for _ in range(count):
        began = time.thread_time()
        call()
        spent.append(time.thread_time() - began)
    return statistics.median(spent) * 1000


def _profile(call: Ask, count: int) -> None:
    for _ in range(WARM_UP):
        call()
    with cProfile.Profile(time.thread_time) as profile:  # waiting for PostgreSQL does not count
        for _ in range(count):
            call()
    pstats.Stats(profile).sort_stats("tottime").print_stats(45)
    pstats.Stats(profile).sort_stats("cumulative").print_stats(110)


if __name__ == "__main__":
    main()
