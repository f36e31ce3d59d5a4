"""Random plans, and what becomes of them: the forecast beside what the engine does in a simulated world."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from random import Random

from notification_service.mailings.forecast.estimate import Forecast, foretell
from notification_service.mailings.forecast.flow import Load
from notification_service.mailings.forecast.speed import Speed
from notification_service.mailings.send_window import Hours, SendWindow
from tests.delivery.simulation.clock import BEGINNING
from tests.delivery.simulation.planned import PlannedWorld

# Fifteen and thirty minutes apart, so that short windows open one after another.
ZONES = ("Asia/Karachi", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Dhaka", "Asia/Yangon")
RUSSIA = (
    *("Europe/Kaliningrad", "Europe/Moscow", "Europe/Samara", "Asia/Yekaterinburg", "Asia/Omsk"),
    *("Asia/Krasnoyarsk", "Asia/Irkutsk", "Asia/Yakutsk", "Asia/Vladivostok", "Asia/Magadan"),
    "Asia/Kamchatka",
)
OFFICE_HOURS = (SendWindow(time(9), time(21)),)
MOST_CLIENTS = 8_000
MEASURED_SECONDS = 60
FINISH_PART, FINISH_SECONDS = 0.05, 5.0
UNREACHED_PART = 0.01


@dataclass(frozen=True, slots=True)
class Plan:
    seed: int
    loads: tuple[Load, ...]
    speed: Speed  # of which nothing is measured
    latency_seconds: float

    def world(self, *loads: Load) -> PlannedWorld:
        concurrency = self.speed.concurrency // self.speed.workers
        return PlannedWorld(
            loads, self.speed, seed=self.seed, concurrency=concurrency, latency_seconds=self.latency_seconds
        )

    def measured(self) -> Speed:
        """As workers measure it while they have more to send than they can."""
        world = self.world(Load(BEGINNING, BEGINNING + MEASURED_SECONDS, {"UTC": 10_000}))
        world.run_to_end()
        paces = [lane.throughput.per_second for lane in world.lanes]
        latencies = [lane.concurrency.latency_seconds for lane in world.lanes]
        return replace(
            self.speed,
            worker_per_second=sum(pace or 0 for pace in paces) / len(paces),
            latency_seconds=sum(each or 0 for each in latencies) / len(latencies),
        )


@dataclass(frozen=True, slots=True)
class Result:
    plan: Plan
    forecast: Forecast
    took: float | None  # seconds from the beginning, if all was sent
    unreached: int
    unreached_by_zone: dict[str, int]

    @property
    def finish_error(self) -> float:
        """In parts of what is allowed; endless where one is finished and the other is not."""
        foretold = self.forecast.finishes_at
        if foretold is None or self.took is None:
            is_alike = foretold is None and self.took is None
            is_near = abs(self.forecast.missed - self.unreached) <= UNREACHED_PART * self.forecast.total
            return 0.0 if is_alike or is_near else float("inf")
        error = abs(foretold - BEGINNING - self.took)
        return error / max(FINISH_PART * self.took, FINISH_SECONDS)

    @property
    def unreached_error(self) -> float:
        """In parts of what is allowed."""
        return abs(self.forecast.missed - self.unreached) / (UNREACHED_PART * self.forecast.total)

    @property
    def is_right(self) -> bool:
        return max(self.finish_error, self.unreached_error) <= 1


def plan(seed: int) -> Plan:
    random = Random(seed)
    latency, concurrency = random.choice((0.02, 0.05, 0.2, 0.5)), random.choice((4, 8, 16))
    speed = Speed(
        "main",
        workers=random.choice((1, 2)),
        concurrency=concurrency,
        max_per_second=random.choice((None, 20.0, 50.0, 100.0)),
    )
    rate = replace(speed, latency_seconds=latency).per_second
    seconds = min(random.uniform(60, 600), MOST_CLIENTS / rate)  # of work, for all mailings together
    count = random.choice((1, 1, 2, 3))
    loads = tuple(_load(random, int(rate * seconds / count), seconds, nth) for nth in range(count))
    return Plan(seed, loads, speed, latency)


def _load(random: Random, clients: int, work_seconds: float, nth: int) -> Load:
    """Until its end there is too little time, enough or plenty."""
    lasts = work_seconds * random.choice((random.uniform(0.4, 1), random.uniform(1, 2), 6))
    starts = BEGINNING + nth * random.choice((0, 30, 120))
    zones = random.sample(ZONES, random.randint(1, 3))
    parts = [random.uniform(0.2, 1) for _ in zones]
    return Load(
        starts=starts,
        ends=starts + max(120, lasts),
        zones={
            zone: max(1, int(clients * part / sum(parts))) for zone, part in zip(zones, parts, strict=True)
        },
        hours=_hours(random),
    )


def _hours(random: Random) -> Hours:
    """None, or a window that is open in some of the zones, and opens in others within the hour."""
    if random.random() < 0.4:
        return ()
    now = datetime.fromtimestamp(BEGINNING, UTC) + timedelta(hours=random.choice((5.5, 5.75, 6)))
    opens = now - timedelta(minutes=random.randint(-2, 30))
    closes = opens + timedelta(minutes=random.randint(10, 60))
    return (SendWindow(time(opens.hour, opens.minute), time(closes.hour, closes.minute)),)


def spread(made: Plan) -> Plan:
    """The same, with some of its mailings spread over a part of their time."""
    random = Random(f"spread {made.seed}")
    spread_over = [random.choice((None, random.uniform(0.2, 1))) for _ in made.loads]
    loads = [
        load if part is None else replace(load, spread_minutes=part * (load.ends - load.starts) / 60)
        for load, part in zip(made.loads, spread_over, strict=True)
    ]
    return replace(made, loads=tuple(loads))


def check(seed: int, *, is_spread: bool = False) -> Result:
    """Foretell a plan's first mailing, and let it happen."""
    made = spread(plan(seed)) if is_spread else plan(seed)
    forecast = foretell(made.loads, made.measured(), at=BEGINNING)
    world = made.world(*made.loads)
    world.run_to_end()
    sent = [row.sent_at for row in world.plan.sent_of(1) if row.sent_at is not None]
    unreached = world.plan.unsent_by_zone(1)
    took = None if unreached else max(sent, default=0.0)
    return Result(made, forecast, took, sum(unreached.values()), unreached)
