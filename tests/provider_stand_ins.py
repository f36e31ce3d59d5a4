"""Providers on loopback that answer as their documents say: of a phone, the code in its last five digits."""

import json
import threading
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from notification_service.mailings.gateways.http.providers import providers
from notification_service.mailings.gateways.http.requests import origin_of

TOKENS = {
    "smsru": "F2D79B58-A5A2",
    "smsc": "shop:pass+word",
    "twilio": "AC0123456789:auth/token==",
    "vonage": "abcd1234:Secret&5",
    "infobip": "003026bb-key",
}
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Received:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        assert self.headers["content-type"] == FORM
        return dict(parse_qsl(self.body.decode("ascii"), strict_parsing=True))

    @property
    def json(self) -> Any:
        assert self.headers["content-type"] == "application/json"
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Message:
    """As a stand-in has read it."""

    provider: str
    phone: str
    text: str
    id: str = ""  # if the provider takes one


@dataclass(slots=True)
class StandIns:
    origin: str = ""
    quotes: str = ""  # what every refusal repeats
    taken: list[Message] = field(default_factory=list)
    before_answer: Callable[[Message], object] = lambda _: None  # on the thread of the request

    def config(self, name: str) -> dict[str, Any]:
        """Settings of the provider, at this address."""
        config = providers()[name].config
        path = config["url"].removeprefix(origin_of(config))
        return config | {"url": f"{self.origin}/{name}{path}"}


Answer = tuple[int, Any]


@contextmanager
def stand_ins() -> Iterator[StandIns]:
    found = StandIns()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            _, name, rest = self.path.split("/", 2)
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {key.lower(): value for key, value in self.headers.items()}
            before = len(found.taken)
            try:
                status, answer = ANSWERS[name](found, Received(f"/{rest}", headers, body))
            except (AssertionError, KeyError, ValueError, IndexError) as error:
                status, answer = 400, {"not as documented": repr(error)}
            for taken in found.taken[before:]:
                if taken.provider == name:
                    found.before_answer(taken)
            sent = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

    with Server(("127.0.0.1", 0), Handler) as server:
        found.origin = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield found
        finally:
            server.shutdown()


def phone_for(code: int, *, series: int = 0) -> str:
    """0 is a phone that takes every message."""
    return f"7916{series:02}{code:05}"


def _code(phone: str) -> int:
    assert len(phone) == 11
    assert phone.isdigit()
    return int(phone[-5:])


def _smsru(found: StandIns, request: Received) -> Answer:
    form = request.form
    assert (request.path, form["json"]) == ("/sms/send", "1")
    if form["api_id"] != TOKENS["smsru"]:
        said = f"Неправильный api_id {found.quotes}"
        return 200, {"status": "ERROR", "status_code": 200, "status_text": said}
    code = _code(form["to"])
    if code:
        one = {"status": "ERROR", "status_code": code, "status_text": "…"}
    else:
        found.taken.append(Message("smsru", form["to"], form["msg"]))
        one = {"status": "OK", "status_code": 100, "sms_id": f"000000-{len(found.taken)}"}
    return 200, {"status": "OK", "status_code": 100, "sms": {form["to"]: one}, "balance": 4122.56}


def _smsc(found: StandIns, request: Received) -> Answer:
    form = request.form
    assert (request.path, form["fmt"], form["charset"]) == ("/sys/send.php", "3", "utf-8")
    if f"{form['login']}:{form['psw']}" != TOKENS["smsc"]:
        return 200, {"error": "authorise error", "error_code": 2}
    if code := _code(form["phones"]):
        return 200, {"error": "…", "error_code": code, "id": int(form["id"])}
    found.taken.append(Message("smsc", form["phones"], form["mes"], form["id"]))
    return 200, {"id": int(form["id"]), "cnt": 1}


def _twilio(found: StandIns, request: Received) -> Answer:
    account = TOKENS["twilio"].partition(":")[0]
    scheme, _, basic = request.headers["authorization"].partition(" ")
    if (scheme, b64decode(basic).decode()) != ("Basic", TOKENS["twilio"]):
        return 401, {"code": 20003, "message": "Authenticate", "status": 401}
    assert request.path == f"/2010-04-01/Accounts/{account}/Messages.json"
    form = request.form
    assert form["To"][0] == "+"
    assert form["From"]
    if code := _code(form["To"][1:]):
        status = 429 if code == 20429 else 400
        return status, {"code": code, "message": "…", "more_info": "…", "status": status}
    found.taken.append(Message("twilio", form["To"][1:], form["Body"]))
    return 201, {
        "sid": twilio_id(form["To"][1:]),
        "status": "queued",
        "error_code": None,
        "body": form["Body"],
    }


def twilio_id(phone: str) -> str:
    return f"SM{int(phone):032x}"


def _vonage(found: StandIns, request: Received) -> Answer:
    sent = request.json
    assert (request.path, sent["type"]) == ("/sms/json", "unicode")
    assert sent["from"]
    is_known = f"{sent['api_key']}:{sent['api_secret']}" == TOKENS["vonage"]
    code = _code(sent["to"]) if is_known else 4
    if code:
        return 200, {"message-count": "1", "messages": [{"status": str(code), "error-text": "…"}]}
    found.taken.append(Message("vonage", sent["to"], sent["text"], sent["client-ref"]))
    one = {"to": sent["to"], "message-id": f"0C{len(found.taken)}", "status": "0", "network": "23410"}
    return 200, {"message-count": "1", "messages": [one]}


def _infobip(found: StandIns, request: Received) -> Answer:
    assert request.path == "/sms/2/text/advanced"
    if request.headers["authorization"] != f"App {TOKENS['infobip']}":
        said = {"messageId": "UNAUTHORIZED", "text": "Invalid login details"}
        return 401, {"requestError": {"serviceException": said}}
    (sent,) = request.json["messages"]
    (destination,) = sent["destinations"]
    assert sent["from"]
    name = INFOBIP[_code(destination["to"])]
    group = 5 if name.startswith("REJECTED") else 1
    if group == 1:
        found.taken.append(Message("infobip", destination["to"], sent["text"], destination["messageId"]))
    status = {"groupId": group, "groupName": "REJECTED" if group == 5 else "PENDING", "name": name}
    return 200, {
        "messages": [{"to": destination["to"], "messageId": destination["messageId"], "status": status}]
    }


# Names, not numbers, are what Infobip's documents promise: these are numbered for the phones.
INFOBIP = [
    "PENDING_ACCEPTED",
    "REJECTED_DESTINATION",
    "REJECTED_NOT_ENOUGH_CREDITS",
    "REJECTED_DUPLICATE_MESSAGE_ID",
    "REJECTED_SYSTEM_ERROR",
]
ANSWERS: dict[str, Callable[[StandIns, Received], Answer]] = {
    "smsru": _smsru,
    "smsc": _smsc,
    "twilio": _twilio,
    "vonage": _vonage,
    "infobip": _infobip,
}
