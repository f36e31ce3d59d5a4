"""People who want nothing any more: they tell us, or write it back. Opt-outs are of phones."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

from tests.chaos.api import Api, Reply
from tests.chaos.events import Event
from tests.chaos.history import Changes, History, Said
from tests.chaos.lanes import Actions, Asker
from tests.chaos.schedule import LANES

INBOUND = "/api/v1/gateways/main/inbound/"


class Wishes:
    def __init__(self, api: Api, asker: Asker, history: History, *, receipt_key: str) -> None:
        self._api, self._asker, self._history, self._receipt_key = api, asker, history, receipt_key

    @property
    def actions(self) -> Actions:
        return {"opt_out": self._opt_out, "opt_outs": self._opt_out_by_file, "reply": self._reply}

    def _opt_out(self, event: Event) -> None:
        phone = self._history.clients[event.subject].phone.latest
        call = lambda: self._api.call("POST", "/api/opt-outs/", {"phone": phone, "reason": "storm"})  # noqa: E731
        self._asker.change(self._wish_of(phone), True, call)

    def _opt_out_by_file(self, event: Event) -> None:
        """Of clients whose phones this lane alone changes."""
        mine = [number for number in event.details["numbers"] if number % LANES == event.subject % LANES]
        phones = [self._history.clients[number].phone.latest for number in mine]
        asked_at = time.time()
        wishes = [(wish := self._wish_of(phone), wish.ask(True, at=asked_at)) for phone in phones]
        file = "".join(["phone\n", *(f"{phone}\n" for phone in phones)])
        reply = self._api.call("POST", "/api/opt-outs/import/", file)
        assert reply.is_success, reply
        for wish, change in wishes:
            wish.settle(change, answered_at=reply.answered_at)

    def _reply(self, event: Event) -> None:
        """As a provider passes it on: until it is answered, and perhaps again."""
        phone, details = self._history.clients[event.subject].phone.latest, event.details
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        said = Said(phone, details["text"], at, details["is_stop"])
        self._history.replies.append(said)
        if said.is_stop:
            self._asker.change(self._wish_of(phone), True, self._call(said))
        for _ in range(details["times"] - said.is_stop):
            self._call(said)()

    def _call(self, said: Said) -> Callable[[], Reply]:
        body = {"phone": said.phone, "text": said.text, "at": said.at}
        return lambda: self._api.call("POST", INBOUND, body, key=self._receipt_key)

    def _wish_of(self, phone: str) -> Changes[bool]:
        return self._history.opt_outs.setdefault(phone, Changes(False))
