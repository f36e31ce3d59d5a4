"""What each process counts about itself. Facts about the whole service are read from the database (`api`)."""

from collections.abc import Sequence

from prometheus_client import Counter, Gauge, Histogram, disable_created_metrics

disable_created_metrics()  # type: ignore[no-untyped-call]

# From a gateway next to us to one that takes as long as a request may.
SEND_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
STATEMENT_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
REQUEST_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
MAX_REASONS = 100  # a gateway may invent as many as it likes
OTHER_REASONS = "other"


class BatchHistogram(Histogram):
    """A histogram that takes many observations at once, already sorted into its buckets."""

    def observe_many(self, bucket_counts: Sequence[int], *, total: float) -> None:
        """Add the count of each bucket, also of the one above the last bound, and the sum of the values."""
        for bucket, observations in zip(self._buckets, bucket_counts, strict=True):
            if observations:
                bucket.inc(observations)
        self._sum.inc(total)


# web
http_seconds = Histogram(
    "notifications_http_request_seconds",
    "Requests of the API and the console, by route.",
    ["method", "route", "status"],
    buckets=REQUEST_SECONDS,
)

# the engine
attempts = Counter(
    "notifications_attempts",
    "Requests to gateways that ended, by what they mean: sent, retry, failed, held, unknown.",
    ["gateway", "outcome", "reason"],
)
gateway_seconds = BatchHistogram(
    "notifications_gateway_request_seconds",
    "From the start of a request to the last byte of its response.",
    ["gateway"],
    buckets=SEND_SECONDS,
)
released = Counter(
    "notifications_released_messages",
    "Claimed messages that were released without a request: a window, a deadline, a pause, a held gateway.",
)
claimed = Counter("notifications_claimed_messages", "Messages that claims took.")
claim_seconds = Histogram(
    "notifications_claim_seconds",
    "Statements that claim, empty ones too.",
    buckets=STATEMENT_SECONDS,
)
recorded = Counter("notifications_recorded_messages", "Outcomes that are written, of released messages too.")
record_seconds = Histogram(
    "notifications_record_seconds", "Rounds that record outcomes.", buckets=STATEMENT_SECONDS
)
under_way = Gauge(
    "notifications_engine_messages_under_way",
    "Messages that are claimed and whose outcome is not written yet.",
    multiprocess_mode="livesum",
)
rescued = Counter("notifications_rescued_messages", "Messages taken back from workers that died.")

# the domain
mailings_started = Counter("notifications_mailings_started", "Mailings that were started.")
start_lag_seconds = Histogram(
    "notifications_start_lag_seconds",
    "From the time a mailing was to start (or was created, if later) to its start.",
    buckets=(0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0, 600.0),
)
audience_messages = Counter("notifications_audience_messages", "Messages written for audiences.")
audience_seconds = Counter("notifications_audience_busy_seconds", "Time spent writing audiences.")
ended = Counter("notifications_ended_messages", "Unsent messages that were ended.", ["status"])

receipts = Counter(
    "notifications_receipts",
    "Receipts of providers: delivered, undelivered, repeated, early (no such id yet), unknown.",
    ["gateway", "outcome"],
)
replies = Counter("notifications_replies", "Replies that came, by whether they are stop words.", ["stop"])

# webhooks
webhook_attempts = Counter(
    "notifications_webhook_attempts",
    "Requests to webhooks that ended, test events too: delivered, failed.",
    ["webhook", "outcome"],
)

# calls to work
calls = Counter("notifications_calls", "Tasks that a worker ran, and who called.", ["task", "source"])
calls_lost = Counter("notifications_calls_lost", "Calls that could not be published.")
calls_published = Counter(
    "notifications_calls_published", "Calls by beat and others that went out.", ["task"]
)
silence_seconds = Gauge(
    "notifications_broker_silence_seconds",
    "How long a worker has heard nothing from the broker.",
    multiprocess_mode="livemax",
)


class Reasons:
    """Limits the number of values of a label."""

    def __init__(self, most: int = MAX_REASONS) -> None:
        self._known: set[str] = set()
        self._most = most

    def label(self, reason: str) -> str:
        if reason not in self._known:
            if len(self._known) >= self._most:
                return OTHER_REASONS
            self._known.add(reason)
        return reason


reasons = Reasons()
