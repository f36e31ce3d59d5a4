"""Other systems at work: one sends single messages, the gateway's provider tells what was delivered."""

import json
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Any

from tests.chaos.api import Api
from tests.chaos.events import Event
from tests.chaos.history import PLACEHOLDER, RUNNING, Changes, History, MailingHistory, SingleHistory
from tests.chaos.lanes import Lanes
from tests.chaos.operators import Operators, iso, window_of

LANES = 2
MESSAGES, RECEIPTS = "/api/v1/messages/", "/api/v1/gateways/main/receipts/"
NO_GATEWAY = "nobody's"
TELLINGS = (("delivered",), ("undelivered",), ("undelivered", "delivered"), ("delivered", "undelivered"))
TAIL_BYTES = 60_000  # of the gateway's log


class Programs:
    def __init__(
        self, api: Api, history: History, operators: Operators, *, receipt_key: str, log: Path, seed: int
    ) -> None:
        self._api, self._history, self._operators = api, history, operators
        self._receipt_key, self._log, self._seed = receipt_key, log, seed
        self._lanes = Lanes(LANES)
        self._began_at = 0.0

    @property
    def errors(self) -> list[BaseException]:
        return self._lanes.errors

    def start(self, events: Iterable[Event], *, began_at: float) -> list[threading.Thread]:
        self._began_at = began_at
        actions = {"send": self._send, "receipts": self._tell_receipts}
        return self._lanes.start(events, actions, began_at=began_at)

    # single messages

    def _send(self, event: Event) -> None:
        asked_at = time.time()
        asked = [self._single(plan, asked_at) for plan in event.details["messages"]]
        singles = [single for _, single in asked]
        body = {"messages": [body for body, _ in asked]} if event.details["is_list"] else asked[0][0]
        key = f"storm {self._seed} single {event.subject}"
        reply = self._api.call("POST", MESSAGES, body, idempotency_key=key)
        if event.details["is_list"]:
            assert reply.is_success, reply
            taken = [result["message"] for result in reply.body["results"]]
        else:
            taken = [reply.body if reply.is_success else None]
        for single, message in zip(singles, taken, strict=True):
            single.terms.id = message["id"] if message else 0
            single.answered_at = reply.answered_at
        self._history.singles += singles

    def _single(self, plan: dict[str, Any], asked_at: float) -> tuple[dict[str, Any], SingleHistory]:
        number, to = plan["number"], self._whom(plan)
        hours = self._operators.hours(plan["window"])
        end_at = asked_at + plan["lasts"] if plan["lasts"] else None
        body = to | {"text": _text(number), "reference": f"single {self._seed} {number}"}
        if end_at:
            body["end_at"] = iso(end_at)
        if hours:
            body["send_window"] = window_of(hours)
        if plan["is_wrong"]:
            body["gateway"] = NO_GATEWAY
        terms = MailingHistory(
            number=number,
            id=0,
            start_at=asked_at,
            tags=frozenset(),
            gives_up=False,
            text=Changes(body["text"]),
            end_at=Changes(end_at or float("inf")),
            hours=Changes(hours),
            state=Changes(RUNNING),
            is_single=True,
        )
        may_be_refused = bool("client" in to or hours or end_at)
        single = SingleHistory(
            body["reference"], to.get("phone"), terms, asked_at, may_be_refused, plan["is_wrong"]
        )
        return body, single

    def _whom(self, plan: dict[str, Any]) -> dict[str, Any]:
        number = plan["client"]
        match plan["to"]:
            case "client":
                return {"client": self._operators.client_ids[number]}
            case "nobody":
                return {"phone": f"75{number:09}"}
            case "opted_out" if phones := sorted(self._history.opt_outs):
                return {"phone": phones[number % len(phones)]}
            case _:
                return {"phone": self._history.clients[number].phone.latest}

    # receipts

    def _tell_receipts(self, event: Event) -> None:
        random = Random(event.details["seed"])
        ids = self._taken_lately()
        some = random.sample(ids, min(len(ids), event.details["most"]))
        told = [(message_id, status) for message_id in some for status in random.choice(TELLINGS)]
        random.shuffle(told)
        for message_id, status in told:
            self._history.receipts.setdefault(message_id, set()).add(status)
        body = [{"id": message_id, "status": status, "reason": "storm"} for message_id, status in told]
        for _ in range(random.choice([1, 1, 2]) if body else 0):
            reply = self._api.call("POST", RECEIPTS, body, key=self._receipt_key)
            assert reply.is_success, reply

    def _taken_lately(self) -> list[int]:
        with self._log.open("rb") as log:
            size = log.seek(0, 2)
            log.seek(max(0, size - TAIL_BYTES))
            lines = log.read().split(b"\n")[1:-1]
        entries = [json.loads(line) for line in lines]
        return sorted({each["msg_id"] for each in entries if each["answer"] == "200"})


def _text(number: int) -> str:
    """Of every other message a personal one."""
    return f"Code {number} for {PLACEHOLDER} ☂" if number % 2 else f"Код {number} ☂"
