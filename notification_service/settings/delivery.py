"""Gateways, the engine, and how long mailings are kept."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured

from notification_service.environment import CENTURY_DAYS
from notification_service.settings.base import env

GATEWAY_URL = env.http_url("GATEWAY_URL")
GATEWAY_TOKEN = env.str("GATEWAY_TOKEN", "") or env.str("TOKEN", "")
GATEWAY_PROXY = env.proxy("GATEWAY_PROXY")
GATEWAY_ALLOW_PRIVATE_ADDRESSES = env.bool("GATEWAY_ALLOW_PRIVATE_ADDRESSES", False)

# How long a mailing is kept once it has ended; 0: for ever.
RETENTION_DAYS = env.zero_or_more("RETENTION_DAYS", 0, most=CENTURY_DAYS)
RETENTION_ACTION = env.one_of("RETENTION_ACTION", "remove", "anonymise")

# A reply that says nothing else opts its phone out; in any case.
STOP_WORDS = env.words("STOP_WORDS", "СТОП, STOP, ОТПИСАТЬСЯ, ОТПИСКА, UNSUBSCRIBE, CANCEL, END, QUIT")
# How long what was told to webhooks is kept.
WEBHOOK_DELIVERIES_DAYS = env.positive_int("WEBHOOK_DELIVERIES_DAYS", 30, most=CENTURY_DAYS)

# How often a worker, and beat, look for what nothing has told them.
POLL_SECONDS = env.positive("POLL_SECONDS", 10)
LEASE_SECONDS: float = env.positive("LEASE_SECONDS", 30)  # database sessions use it, too
# The engine's settings; delivery/config.py says what each means.
DELIVERY: dict[str, Any] = {
    "batch_size": env.positive_int("BATCH_SIZE", 1000),
    "max_concurrency": env.positive_int("MAX_CONCURRENCY", 64),
    "connect_timeout_seconds": env.positive("CONNECT_TIMEOUT_SECONDS", 3),
    "request_timeout_seconds": env.positive("REQUEST_TIMEOUT_SECONDS", 10),
    "lease_seconds": LEASE_SECONDS,
    "record_interval_seconds": env.positive("RECORD_INTERVAL_SECONDS", 0.1),
    "retry_base_seconds": env.positive("RETRY_BASE_SECONDS", 1),
    "retry_cap_seconds": env.positive("RETRY_CAP_SECONDS", 600),
    "max_attempts": env.zero_or_more("MAX_ATTEMPTS", 0),
    "breaker_failures": env.zero_or_more("BREAKER_FAILURES", 20),
    "probe_interval_seconds": env.positive("PROBE_INTERVAL_SECONDS", 2),
    "deadline_guard_seconds": env.positive("DEADLINE_GUARD_SECONDS", 0.2),
    # Hundreds of ids in a line, a line for each message, or none.
    "log_sent": env.one_of("LOG_SENT", "grouped", "each", "off"),
}
if DELIVERY["request_timeout_seconds"] >= LEASE_SECONDS:  # nothing would be sent
    raise ImproperlyConfigured("LEASE_SECONDS must be more than REQUEST_TIMEOUT_SECONDS")
