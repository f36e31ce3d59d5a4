"""A storm from its servers to its verdict."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from datetime import time as time_of_day
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import psycopg
from django.conf import settings

from notification_service.mailings.gateways import replace_receipt_key
from notification_service.mailings.models import Gateway
from notification_service.mailings.models.gateway import MAIN
from notification_service.standalone.postgres.server import EmbeddedPostgres
from notification_service.standalone.valkey.server import EmbeddedValkey
from notification_service.webhooks.changes import create_webhook
from notification_service.webhooks.events import Event as WebhookEvent
from tests.chaos.api import Api
from tests.chaos.audit import install_audit
from tests.chaos.counts import Samples, compare_answers, missing_receipts
from tests.chaos.events import ZONES, Event
from tests.chaos.evidence import Evidence, collect
from tests.chaos.history import History, Hours
from tests.chaos.lanes import Asker
from tests.chaos.listener import AWAY, WELL, Listener
from tests.chaos.operators import DAYS, Operators, new_client
from tests.chaos.programs import Programs
from tests.chaos.rules import judge
from tests.chaos.spreading import uneven_spreads
from tests.chaos.violation import Violation
from tests.chaos.weather import STARTS_VARIABLE, Weather
from tests.chaos.wishes import Wishes
from tests.journeys.service import Service, wait_until

SETTINGS = {"MAX_CONCURRENCY": "24", "PROBE_INTERVAL_SECONDS": "1", "LOG_LEVEL": "INFO"}
CALM_SECONDS = 90.0
LAST_END_SECONDS = 3.0  # from the end of all sending to the deadline of what still waits for its window

READ_WAITING = """
SELECT message.id, window_from, window_to, window_days, client.timezone
FROM mailings_message AS message
JOIN mailings_mailing AS mailing ON mailing.id = message.mailing_id
JOIN directory_client AS client ON client.id = message.client_id
WHERE message.status IN ('pending', 'sending') AND (
  mailing.status = 'running' AND mailing.deleted_at IS NULL OR message.status = 'sending'
)
"""
READ_SINGLES = "SELECT id FROM mailings_message WHERE mailing_id IS NULL AND status IN ('pending', 'sending')"
READ_UNTOLD = "SELECT id FROM webhooks_webhookdelivery WHERE ended_at IS NULL"
READ_UNSETTLED = "SELECT id FROM mailings_mailing WHERE finished_at IS NULL OR deleted_at IS NOT NULL"

Left = TypeVar("Left")


@dataclass(frozen=True, slots=True)
class Result:
    evidence: Evidence
    violations: dict[str, list[Violation]]
    weather: dict[str, int]
    api_answers: dict[str, int]
    refused: int
    in_doubt: int
    samples: int


class Storm:
    """To be made where Django is set up for the database of `postgres`, and that is migrated."""

    def __init__(
        self, folder: Path, postgres: EmbeddedPostgres, broker: EmbeddedValkey, *, api_key: str, seed: int
    ) -> None:
        self._database_url = postgres.url
        self._service = Service(folder, database_url=postgres.url, broker_url=broker.url)
        self._starts = folder / "starts.log"
        own = {STARTS_VARIABLE: str(self._starts), "SECRET_KEY": settings.SECRET_KEY}
        self._service.environment |= SETTINGS | own
        self._listener = Listener()
        self._weather = Weather(self._service, postgres, broker, self._listener)
        self._api = Api(self._weather.url, api_key)
        self._history = History()
        self._seed = seed
        self._samples = Samples()
        self._asker = Asker()
        self._receipt_key = ""

    def run(self, events: Sequence[Event], *, seconds: float, clients: int) -> Result:
        try:
            install_audit(self._database_url)
            self._weather.gateway_options = self._receipts()
            self._listen()
            self._weather.start_all()
            self._load_clients(clients)
            operators = self._operators()
            self._blow(operators, events, seconds)
            uneven = self._wait(uneven_spreads, CALM_SECONDS)
            stuck = self._calm_down(operators)
            return self._judge(operators, stuck, uneven)
        finally:
            self._listener.behave(AWAY)
            self._samples.stop()
            self._weather.wake_all()
            self._service.stop()

    def _receipts(self) -> tuple[str, ...]:
        """The gateway tells what it has delivered, and what not, for as long as it lives."""
        key_file = self._service.folder / "receipt.key"
        self._receipt_key = replace_receipt_key(Gateway.objects.get(name=MAIN).pk)
        key_file.write_text(self._receipt_key)
        url = f"{self._weather.url}/api/v1/gateways/{MAIN}/receipts/"
        return "--receipts-url", url, "--receipt-key-file", str(key_file), "--undelivered", "0.2"

    def _listen(self) -> None:
        _, self._listener.secret = create_webhook(url=self._listener.url, events=list(WebhookEvent))
        self._listener.behave(WELL)

    def _operators(self) -> Operators:
        wishes = Wishes(self._api, self._asker, self._history, receipt_key=self._receipt_key)
        ids, seed = self._client_ids(), self._seed
        return Operators(self._api, self._asker, self._history, ids, wishes.actions, seed=seed)

    def _programs(self, operators: Operators) -> Programs:
        return Programs(
            self._api,
            self._history,
            operators,
            receipt_key=self._receipt_key,
            log=self._service.gateway_log,
            seed=self._seed,
        )

    def _load_clients(self, clients: int) -> None:
        self._history.clients = {n: new_client(n, ZONES[n * 7 % len(ZONES)]) for n in range(clients)}
        known = self._history.clients.values()
        lines = [f"{c.phone.latest},{c.tag},{c.timezone.latest}\n" for c in known]
        reply = self._api.call("POST", "/api/clients/import/", "".join(["phone,tag,timezone\n", *lines]))
        assert reply.is_success, reply

    def _client_ids(self) -> dict[int, int]:
        """By number: whoever was added in the storm keeps the phone, the others are asked for before it."""
        with psycopg.connect(self._database_url) as connection:
            ids: dict[str, int] = dict(
                connection.execute("SELECT phone, id FROM directory_client").fetchall()
            )
        known = self._history.clients.values()
        return {c.number: ids[c.phone.latest] for c in known if c.phone.latest in ids}

    def _blow(self, operators: Operators, events: Sequence[Event], seconds: float) -> None:
        wait_until(self._workers_ready, what="the workers being ready")
        began_at = time.time()
        self._samples.start()
        programs = self._programs(operators)
        threads = [each for some in (operators, programs) for each in some.start(events, began_at=began_at)]
        self._weather.blow(events, began_at=began_at, seconds=seconds)
        self._weather.clear_up()
        for thread in threads:
            thread.join(120)
        if errors := operators.errors + programs.errors:
            raise errors[0]

    def _workers_ready(self) -> bool:
        logs = self._service.folder.glob("worker*.log")
        return all("ready." in log.read_text(errors="replace") for log in logs)

    def _calm_down(self, operators: Operators) -> list[int]:
        """Wait until all is sent that may be, then have the rest expire; answer what was left unsent."""
        operators.take_spreads_back()
        stuck = self._wait(self._sendable, CALM_SECONDS)
        for mailing in self._history.mailings.values():
            operators.set_end(mailing, time.time() + LAST_END_SECONDS)
        self._wait(lambda: self._ids(READ_UNSETTLED), CALM_SECONDS)
        self._wait(lambda: self._ids(READ_SINGLES), CALM_SECONDS)
        self._wait(lambda: self._ids("SELECT id FROM mailings_batch"), 15)
        self._wait(lambda: self._ids(READ_UNTOLD), CALM_SECONDS)
        return stuck

    def _wait(self, remaining: Callable[[], list[Left]], seconds: float) -> list[Left]:
        end = time.monotonic() + seconds
        while (left := remaining()) and time.monotonic() < end:
            time.sleep(0.3)
        return left

    def _sendable(self) -> list[int]:
        """Messages under way, or of running mailings whose hours are now."""
        now = time.time()
        with psycopg.connect(self._database_url) as connection:
            rows = connection.execute(READ_WAITING).fetchall()
        return [row[0] for row in rows if _is_open(*row[1:], now=now)]

    def _ids(self, query: str) -> list[int]:
        with psycopg.connect(self._database_url) as connection:
            return [row[0] for row in connection.execute(query)]

    def _judge(self, operators: Operators, stuck: list[int], uneven: list[str]) -> Result:
        self._samples.stop()
        wrong_counts = [*self._samples.wrong, *compare_answers(self._api), *missing_receipts()]
        self._weather.stop_workers()
        evidence = collect(
            log=self._service.gateway_log,
            starts=self._starts,
            stops=self._weather.stops,
            database_url=self._database_url,
            history=self._history,
            client_ids=self._all_client_ids(operators),
            listener=self._listener,
        )
        violations = judge(evidence)
        stories = evidence.stories
        violations["left unsent"] = [Violation("left unsent", "may go", stories[id_]) for id_ in stuck]
        violations["uneven spreads"] = [Violation("uneven spreads", problem) for problem in uneven]
        violations["answers 500"] = [Violation("answers 500", problem) for problem in self._api.broken]
        violations["wrong counts"] = [Violation("wrong counts", problem) for problem in wrong_counts]
        return Result(
            evidence=evidence,
            violations=violations,
            weather=dict(self._weather.done),
            api_answers=dict(self._api.answers),
            refused=self._asker.refused,
            in_doubt=self._asker.in_doubt,
            samples=self._samples.compared,
        )

    def _all_client_ids(self, operators: Operators) -> dict[int, int]:
        return {**self._client_ids(), **operators.client_ids}


def _is_open(
    opens: time_of_day | None, closes: time_of_day | None, days: list[str], zone: str, *, now: float
) -> bool:
    weekday = DAYS.index(days[0]) if days else None
    hours = Hours(opens or time_of_day.min, closes or time_of_day.min, weekday)
    return hours.contain(datetime.fromtimestamp(now, ZoneInfo(zone)))
