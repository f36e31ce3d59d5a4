"""The engine's settings. The engine never reads Django's settings: it is given this."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DeliveryConfig:
    batch_size: int = 1000  # messages that a claim takes at most
    max_concurrency: int = 64  # requests under way at once in this process
    connect_timeout_seconds: float = 3
    request_timeout_seconds: float = 10  # in all, from connecting to the last byte of the response
    lease_seconds: float = 30  # after which other workers take a silent worker's messages
    record_interval_seconds: float = 0.1  # how long an outcome waits to be recorded with others
    retry_base_seconds: float = 1
    retry_cap_seconds: float = 600
    max_attempts: int = 0  # after which a message fails; 0: tried until the deadline
    breaker_failures: int = 20  # in a row that speak against a gateway and open its breaker; 0: never
    probe_interval_seconds: float = 2  # between probes of a gateway whose breaker is open
    deadline_guard_seconds: float = 0.2  # before end_at or the end of a window, in which no request starts
    log_sent: str = "grouped"  # lines about what was sent: grouped, each or off

    def __post_init__(self) -> None:
        if self.lease_seconds <= self.request_timeout_seconds:
            raise ValueError("LEASE_SECONDS must be longer than REQUEST_TIMEOUT_SECONDS")
        if self.max_attempts < 0:
            raise ValueError("MAX_ATTEMPTS must be 0 (no limit) or more")

    @property
    def start_margin_seconds(self) -> float:
        """Return what must be left of a lease for a request to start: its timeout, and time to record."""
        return self.request_timeout_seconds + (self.lease_seconds - self.request_timeout_seconds) / 2
