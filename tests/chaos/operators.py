"""The people of the storm: carry out a schedule's changes through the API, and note them in the history."""

import threading
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from datetime import time as time_of_day
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from tests.chaos.api import Api
from tests.chaos.events import Event
from tests.chaos.history import (
    CANCELLED,
    DELETED,
    PAUSED,
    PLACEHOLDER,
    RUNNING,
    Changes,
    ClientHistory,
    History,
    Hours,
    MailingHistory,
)
from tests.chaos.lanes import Actions, Asker, Lanes
from tests.chaos.schedule import LANES, TAGS, phone_of

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
STATES = {"pause": PAUSED, "resume": RUNNING, "cancel": CANCELLED, "delete": DELETED}
Value = TypeVar("Value")


class Operators:
    """`client_ids` are by number; `wishes` are what else is done in the lanes of clients."""

    def __init__(
        self,
        api: Api,
        asker: Asker,
        history: History,
        client_ids: dict[int, int],
        wishes: Actions,
        *,
        seed: int,
    ) -> None:
        self._api = api
        self._asker = asker
        self._lanes = Lanes(LANES)
        self._history = history
        self.client_ids = client_ids
        self._seed = seed
        self._mailings: dict[int, MailingHistory] = {}  # by number
        self._began_at = 0.0
        self._actions: dict[str, Callable[[Event], None]] = {
            "create": self._create,
            "edit_mailing": self._edit_mailing,
            "edit_client": self._edit_client,
            "delete_client": self._delete_client,
            "move_clients": self._move_clients,
            "add_clients": self._add_clients,
            "return_client": self._return_client,
            **dict.fromkeys(STATES, self._change_state),
            **wishes,
        }

    def start(self, events: Iterable[Event], *, began_at: float) -> list[threading.Thread]:
        self._began_at = began_at
        return self._lanes.start(events, self._actions, began_at=began_at)

    @property
    def errors(self) -> list[BaseException]:
        return self._lanes.errors

    # mailings

    def _create(self, event: Event) -> None:
        plan, now = event.details, time.time()
        start_at, end_at = self._began_at + plan["starts"], self._began_at + plan["ends"]
        hours, text = self.hours(plan["window"]), _text(event.subject, 0)
        body = {
            "text": text,
            "start_at": iso(start_at),
            "end_at": iso(end_at),
            "filter": {"tags": plan["tags"]},
            "send_window": window_of(hours),
            "on_unknown": plan["on_unknown"],
            "spread_minutes": plan["spread"],
        }
        key = f"storm {self._seed} {event.subject}"
        reply = self._api.call("POST", "/api/mailings/", body, idempotency_key=key)
        if not reply.is_success:
            self._asker.refused += 1
            return
        mailing = MailingHistory(
            number=event.subject,
            id=reply.body["id"],
            start_at=start_at,
            tags=frozenset(plan["tags"]),
            gives_up=plan["on_unknown"] == "give_up",
            text=Changes(text),
            end_at=Changes(end_at),
            hours=Changes(hours),
            state=Changes(RUNNING, asked_at=now),
            spread=Changes(plan["spread"]),
        )
        self._mailings[mailing.number] = self._history.mailings[mailing.id] = mailing

    def _change_state(self, event: Event) -> None:
        mailing = self._mailings.get(event.subject)
        if mailing is None:
            return
        path = f"/api/mailings/{mailing.id}/"
        method, path = ("DELETE", path) if event.action == "delete" else ("POST", f"{path}{event.action}/")
        self._asker.change(mailing.state, STATES[event.action], lambda: self._api.call(method, path))

    def _edit_mailing(self, event: Event) -> None:
        mailing = self._mailings.get(event.subject)
        if mailing is None:
            return
        [(field, value)] = event.details.items()
        match field:
            case "text_revision":
                self.edit(mailing, mailing.text, _text(mailing.number, value), field="text")
            case "ends":
                self.set_end(mailing, self._began_at + value)
            case "spread":
                self.edit(mailing, mailing.spread, value, field="spread_minutes")
            case _:
                hours = self.hours(value)
                self.edit(mailing, mailing.hours, hours, field="send_window", shown=window_of(hours))

    def set_end(self, mailing: MailingHistory, end_at: float) -> None:
        self.edit(mailing, mailing.end_at, end_at, field="end_at", shown=iso(end_at))

    def take_spreads_back(self) -> None:
        """Have all that waits for its place in a spread sent at once."""
        for mailing in self._mailings.values():
            if mailing.spread.latest is not None:
                self.edit(mailing, mailing.spread, None, field="spread_minutes")

    def edit(
        self, mailing: MailingHistory, changes: Changes[Value], value: Value, *, field: str, shown: Any = ...
    ) -> None:
        path, body = f"/api/mailings/{mailing.id}/", {field: value if shown is ... else shown}
        self._asker.change(changes, value, lambda: self._api.call("PATCH", path, body))

    # clients

    def _edit_client(self, event: Event) -> None:
        client = self._history.clients[event.subject]
        path = f"/api/clients/{self.client_ids[client.number]}/"
        if name := event.details.get("name"):
            call = lambda: self._api.call("PATCH", path, {"attributes": {"name": name}})  # noqa: E731
            self._asker.change(client.name, name, call)
        elif zone := event.details.get("timezone"):
            call = lambda: self._api.call("PATCH", path, {"timezone": zone})  # noqa: E731
            self._asker.change(client.timezone, zone, call)
        else:
            phone = phone_of(client.number, revision=event.details["phone_revision"])
            self._asker.change(client.phone, phone, lambda: self._api.call("PATCH", path, {"phone": phone}))

    def _delete_client(self, event: Event) -> None:
        client = self._history.clients[event.subject]
        path = f"/api/clients/{self.client_ids[client.number]}/"
        self._asker.change(client.is_alive, False, lambda: self._api.call("DELETE", path))

    def _move_clients(self, event: Event) -> None:
        """An import updates by phone; its answer does not tell which phones were no longer anyone's."""
        known = [self._history.clients[number] for number in event.details["numbers"]]
        # Who changes the phone meanwhile would be taken for somebody new.
        clients = [client for client in known if client.number % LANES == 0 and client.is_alive.latest]
        self._import(clients, event.details["timezone"])

    def _import(self, clients: list[ClientHistory], zone: str) -> None:
        asked_at = time.time()
        changes = [(client, client.timezone.ask(zone, at=asked_at)) for client in clients]
        lines = [f"{client.phone.latest},{client.tag},{zone}\n" for client in clients]
        reply = self._api.call("POST", "/api/clients/import/", "".join(["phone,tag,timezone\n", *lines]))
        assert reply.is_success, reply
        for client, change in changes:
            client.timezone.settle(change, answered_at=reply.answered_at)

    def _add_clients(self, event: Event) -> None:
        zone, asked_at = event.details["timezone"], time.time()
        clients = [new_client(number, zone) for number in event.details["numbers"]]
        births = []
        for client in clients:
            client.is_alive = Changes(False)
            births.append(client.is_alive.ask(True, at=asked_at))
            self._history.clients[client.number] = client
        lines = [f"{client.phone.latest},{client.tag},{zone}\n" for client in clients]
        reply = self._api.call("POST", "/api/clients/import/", "".join(["phone,tag,timezone\n", *lines]))
        assert reply.is_success, reply
        for client, birth in zip(clients, births, strict=True):
            client.is_alive.settle(birth, answered_at=reply.answered_at)

    def _return_client(self, event: Event) -> None:
        """Delete a client and import the phone again: what it said before still holds."""
        former = self._history.clients[event.subject]
        if event.details["number"] in self._history.clients or not former.is_alive.latest:
            return
        self._delete_client(event)
        if former.is_alive.latest or not former.is_alive.is_settled:
            return
        zone = event.details["timezone"]
        client = new_client(event.details["number"], zone)
        client.phone, client.is_alive = Changes(former.phone.latest), Changes(False)
        birth = client.is_alive.ask(True, at=time.time())
        self._history.clients[client.number] = client
        line = f"{client.phone.latest},{client.tag},{zone}\n"
        reply = self._api.call("POST", "/api/clients/import/", f"phone,tag,timezone\n{line}")
        assert reply.is_success, reply
        client.is_alive.settle(birth, answered_at=reply.answered_at)

    def hours(self, plan: dict[str, Any] | None) -> Hours | None:
        if plan is None:
            return None
        zone = ZoneInfo(plan["zone"])
        opens, closes = (
            datetime.fromtimestamp(self._began_at + plan[edge], zone).replace(microsecond=0)
            for edge in ("opens", "closes")
        )
        if plan["is_whole_day"]:
            return Hours(time_of_day.min, time_of_day.min, opens.weekday())
        weekday = opens.weekday() if plan["has_weekday"] else None
        return Hours(opens.time(), closes.time(), weekday) if opens.time() != closes.time() else None


def new_client(number: int, zone: str) -> ClientHistory:
    return ClientHistory(
        number=number,
        tag=TAGS[number % len(TAGS)],
        phone=Changes(phone_of(number)),
        timezone=Changes(zone),
        is_alive=Changes(True),
    )


def _text(mailing: int, revision: int) -> str:
    """Of every other mailing a personal one."""
    whom = PLACEHOLDER if mailing % 2 else "здравствуйте"
    return f'Mailing {mailing}, "revision" {revision}: {whom} ☂'


def iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat()


def window_of(hours: Hours | None) -> dict[str, Any] | None:
    if hours is None:
        return None
    days = None if hours.weekday is None else [DAYS[hours.weekday]]
    edges = {"from": _clock(hours.opens), "to": _clock(hours.closes)}
    return {"days": days} | (edges if hours.opens != hours.closes else {})


def _clock(moment: time_of_day) -> str:
    return moment.isoformat("seconds")
