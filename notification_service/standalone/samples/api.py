"""The few calls of the REST API for the sample run, made as any integrator would make them."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from typing import Any

from notification_service.standalone.errors import StandaloneError

PATIENCE_SECONDS = 30.0

_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # it is on this machine


@dataclass(frozen=True, slots=True)
class SampleApi:
    url: str
    key: str

    def audience(self, tags: Sequence[str]) -> int:
        matching = self._post_json("/api/v1/mailings/audience/", {"tags": list(tags)})
        return int(matching["clients"])

    def import_clients(self, csv: str) -> None:
        self._call("/api/v1/clients/import/", csv.encode(), "text/csv; charset=utf-8")

    def create_mailing(self, text: str, tags: Sequence[str]) -> int:
        now = datetime.now(UTC)
        mailing = {
            "text": text,
            "start_at": now.isoformat(),
            "end_at": (now + timedelta(hours=1)).isoformat(),
            "filter": {"tags": list(tags)},
        }
        return int(self._post_json("/api/v1/mailings/", mailing)["id"])

    def mailing(self, mailing_id: int) -> Mapping[str, Any]:
        """Read it again while the web server is being restarted; this changes nothing."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return self._call(f"/api/v1/mailings/{mailing_id}/")
            except StandaloneError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.5)

    def _post_json(self, path: str, content: Mapping[str, Any]) -> Mapping[str, Any]:
        return self._call(path, json.dumps(content).encode(), "application/json")

    def _call(
        self, path: str, body: bytes | None = None, content_type: str = "application/json"
    ) -> Mapping[str, Any]:
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": content_type}
        request = urllib.request.Request(f"{self.url}{path}", data=body, headers=headers)  # noqa: S310 - the URL is our own
        try:
            response: Mapping[str, Any] = json.loads(self._open(request))
        except urllib.error.HTTPError as error:
            detail = error.read(500).decode(errors="replace")
            raise StandaloneError(f"{path} answered {error.code}: {detail}") from error
        except (OSError, HTTPException, ValueError) as error:
            raise StandaloneError(f"{path} did not answer: {error}") from error
        return response

    def _open(self, request: urllib.request.Request) -> bytes:
        with _opener.open(request, timeout=60) as response:
            body: bytes = response.read()
            return body
