"""The database and the broker; what has no URL is embedded."""

from typing import Any

from notification_service.environment import broker_tls
from notification_service.settings.base import env

DATABASES: dict[str, dict[str, Any]] = {"default": env.database("DATABASE_URL")}
CELERY_BROKER_URL = env.broker("BROKER_URL")
CELERY_BROKER_USE_SSL = broker_tls(CELERY_BROKER_URL, ca_file=env.str("BROKER_CA_FILE", ""))
# What has no name is embedded: this module joins the server in DATA_DIR when it is first used.
EMBEDDED_SERVERS = "notification_service.standalone.joined"
EMBEDS_DATABASE = not DATABASES["default"]["NAME"]
EMBEDS_BROKER = not CELERY_BROKER_URL
if EMBEDS_DATABASE:
    DATABASES["default"]["ENGINE"] = "notification_service.standalone.database"

DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

# How long one statement of a web process may take; 0: as long as it needs.
STATEMENT_TIMEOUT_SECONDS = env.zero_or_more("STATEMENT_TIMEOUT_SECONDS", 10)

# Shared by all web processes, and small: attempts to log in, codes that were used.
CACHES = {
    "default": {"BACKEND": "notification_service.database.cache.HonestCache", "LOCATION": "console_cache"},
}
