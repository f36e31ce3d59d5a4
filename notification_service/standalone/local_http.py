"""Requests to the service's own web server, which never go through a proxy."""

import json
import urllib.error
import urllib.request
from http.client import HTTPException

_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def open_url(request: urllib.request.Request | str, *, timeout_seconds: float) -> bytes:
    with _opener.open(request, timeout=timeout_seconds) as response:
        body: bytes = response.read()
        return body


def workers_hear(url: str) -> bool:
    """Whether `/health/ready` says that a worker has heard a call."""
    try:
        checks = json.loads(open_url(url, timeout_seconds=3))["checks"]
    except (OSError, HTTPException, ValueError):
        return False
    return bool(checks["workers"] == "ok")


def responds(url: str) -> bool:
    """Whether anything at all comes back: an error page is a running server, too."""
    try:
        open_url(url, timeout_seconds=2)
    except urllib.error.HTTPError:
        return True
    except (OSError, HTTPException):
        return False
    return True
