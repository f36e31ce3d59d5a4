"""Logs, metrics and traces."""

from pathlib import Path

from notification_service.observability import logs
from notification_service.settings.base import env

LOG_FORMAT = env.one_of("LOG_FORMAT", "console", "json")
LOG_LEVEL = env.one_of("LOG_LEVEL", "INFO", "DEBUG", "WARNING", "ERROR")

METRICS_TOKEN = env.str("METRICS_TOKEN", "")
METRICS_PUBLIC = env.bool("METRICS_PUBLIC", False)
METRICS_PORT = env.port("METRICS_PORT", 0)  # where a worker and beat serve their metrics; 0: nowhere
METRICS_HOST = env.str("METRICS_HOST", "0.0.0.0")  # noqa: S104 (a pod's Prometheus is elsewhere)
# The folder that the processes of one machine share for metrics; prometheus_client reads the variable itself.
METRICS_DIR = env.str("PROMETHEUS_MULTIPROC_DIR", "")
if METRICS_DIR:
    Path(METRICS_DIR).mkdir(mode=0o700, parents=True, exist_ok=True)
# The OpenTelemetry SDK reads these and its other OTEL_* variables by itself.
TRACES_ENDPOINT = env.str("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "") or env.str(
    "OTEL_EXPORTER_OTLP_ENDPOINT", ""
)

LOGGING = logs.configure(log_format=LOG_FORMAT, level=LOG_LEVEL)
