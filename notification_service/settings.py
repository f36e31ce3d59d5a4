"""Every setting of the service, read from the environment (see `.env.example`)."""

import secrets
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import environs
from django.core.exceptions import ImproperlyConfigured
from kombu import Exchange, Queue
from kombu.common import Broadcast

from notification_service.environment import Environment, broker_tls
from notification_service.observability import logs

BASE_DIR = Path(__file__).resolve().parent.parent

env = Environment()
env.read_env(BASE_DIR / ".env", recurse=False)
try:
    DATA_DIR = env.path("DATA_DIR", BASE_DIR / "var").absolute()
    # What `manage.py up` has chosen, so that a second terminal finds it with nothing configured.
    env.read_chosen(DATA_DIR / "embedded.env", except_for=("DATABASE_URL", "BROKER_URL"))

    DATABASES: dict[str, dict[str, Any]] = {"default": env.database("DATABASE_URL")}
    CELERY_BROKER_URL = env.broker("BROKER_URL")
    CELERY_BROKER_USE_SSL = broker_tls(CELERY_BROKER_URL, ca_file=env.str("BROKER_CA_FILE", ""))
    # What has no name is embedded: the first use of it joins the server in DATA_DIR, by way of this module.
    EMBEDDED_SERVERS = "notification_service.standalone.joined"
    EMBEDS_DATABASE = not DATABASES["default"]["NAME"]
    EMBEDS_BROKER = not CELERY_BROKER_URL
    if EMBEDS_DATABASE:
        DATABASES["default"]["ENGINE"] = "notification_service.standalone.database"

    DEBUG = env.bool("DEBUG", False)
    SECRET_KEY = env.secret("SECRET_KEY")
    if not SECRET_KEY and EMBEDS_DATABASE and EMBEDS_BROKER:
        SECRET_KEY = env.kept_secret(DATA_DIR / "secret.key")
    SECRET_KEY_IS_TEMPORARY = not SECRET_KEY
    SECRET_KEY = SECRET_KEY or secrets.token_urlsafe(48)
    SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])
    ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
    CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
    # Whether the outside world speaks TLS with us, through a proxy of ours or not.
    HTTPS = env.bool("HTTPS", False)
    HSTS_SECONDS = env.zero_or_more("HSTS_SECONDS", 365 * 24 * 3600)
    TRUSTED_PROXIES = env.zero_or_more("TRUSTED_PROXIES", 0)
    API_RATE_LIMIT = env.zero_or_more("API_RATE_LIMIT", 1200)  # requests of a key in a minute; 0: no limit
    LOGIN_ATTEMPTS = env.positive_int("LOGIN_ATTEMPTS", 5)
    LOGIN_LOCK_MINUTES = env.positive("LOGIN_LOCK_MINUTES", 15)
    OIDC = env.identity_provider()
    LOG_FORMAT = env.one_of("LOG_FORMAT", "console", "json")
    LOG_LEVEL = env.one_of("LOG_LEVEL", "INFO", "DEBUG", "WARNING", "ERROR")

    METRICS_TOKEN = env.str("METRICS_TOKEN", "")
    METRICS_PUBLIC = env.bool("METRICS_PUBLIC", False)
    METRICS_PORT = env.int("METRICS_PORT", 0)  # where a worker and beat serve their own; 0: nowhere
    METRICS_HOST = env.str("METRICS_HOST", "0.0.0.0")  # noqa: S104 (a pod's Prometheus is elsewhere)
    # prometheus_client reads it by itself: where the processes of one machine keep their numbers together.
    METRICS_DIR = env.str("PROMETHEUS_MULTIPROC_DIR", "")
    if METRICS_DIR:
        Path(METRICS_DIR).mkdir(mode=0o700, parents=True, exist_ok=True)
    # The OpenTelemetry SDK reads these and its other OTEL_* variables by itself.
    TRACES_ENDPOINT = env.str("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "") or env.str(
        "OTEL_EXPORTER_OTLP_ENDPOINT", ""
    )

    # How long the database may think about one statement of a web process; 0: for as long as it takes.
    STATEMENT_TIMEOUT_SECONDS = env.zero_or_more("STATEMENT_TIMEOUT_SECONDS", 10)
    # How long a connection to a web process lasts whose other side reads nothing of its answer.
    UNREAD_ANSWER_SECONDS = env.positive("UNREAD_ANSWER_SECONDS", 60)

    GATEWAY_URL = env.http_url("GATEWAY_URL")
    GATEWAY_TOKEN = env.str("GATEWAY_TOKEN", "") or env.str("TOKEN", "")

    GATEWAY_PROXY = env.proxy("GATEWAY_PROXY")

    GATEWAY_ALLOW_PRIVATE_ADDRESSES = env.bool("GATEWAY_ALLOW_PRIVATE_ADDRESSES", False)

    # How long a mailing is kept once it has ended; 0: for ever.
    RETENTION_DAYS = env.int("RETENTION_DAYS", 0)
    RETENTION_ACTION = env.one_of("RETENTION_ACTION", "remove", "anonymise")

    # Where the console is seen, for links in e-mails; empty: they have none.
    PUBLIC_URL = env.http_url("PUBLIC_URL")
    # The daily report, of the day before in its zone; without REPORT_TO there is none.
    REPORT_TO = env.addresses("REPORT_TO")
    REPORT_FROM = env.sender("REPORT_FROM")
    REPORT_AT = env.time_of_day("REPORT_AT", "08:00")
    REPORT_TIME_ZONE = env.time_zone("REPORT_TIME_ZONE")
    REPORT_LANGUAGE = env.one_of("REPORT_LANGUAGE", "en", "ru")

    EMAIL_HOST = env.str("EMAIL_HOST", "")
    EMAIL_SECURITY = env.one_of("EMAIL_SECURITY", "starttls", "tls", "none")
    EMAIL_PORT = (
        env.zero_or_more("EMAIL_PORT", 0) or {"starttls": 587, "tls": 465, "none": 25}[EMAIL_SECURITY]
    )
    EMAIL_HOST_USER = env.str("EMAIL_USER", "")
    EMAIL_HOST_PASSWORD = env.str("EMAIL_PASSWORD", "")

    LEASE_SECONDS: float = env.positive("LEASE_SECONDS", 30)  # sessions with the database follow it, too
    # The engine's knobs; delivery.config gives each its meaning.
    DELIVERY = {
        "batch_size": env.positive_int("BATCH_SIZE", 1000),
        "max_concurrency": env.positive_int("MAX_CONCURRENCY", 64),
        "connect_timeout_seconds": env.positive("CONNECT_TIMEOUT_SECONDS", 3),
        "request_timeout_seconds": env.positive("REQUEST_TIMEOUT_SECONDS", 10),
        "lease_seconds": LEASE_SECONDS,
        "record_interval_seconds": env.positive("RECORD_INTERVAL_SECONDS", 0.1),
        "retry_base_seconds": env.positive("RETRY_BASE_SECONDS", 1),
        "retry_cap_seconds": env.positive("RETRY_CAP_SECONDS", 600),
        "max_attempts": env.int("MAX_ATTEMPTS", 0),
        "breaker_failures": env.int("BREAKER_FAILURES", 20),
        "probe_interval_seconds": env.positive("PROBE_INTERVAL_SECONDS", 2),
        "deadline_guard_seconds": env.positive("DEADLINE_GUARD_SECONDS", 0.2),
        # Some hundred ids a line, a line each, or none.
        "log_sent": env.one_of("LOG_SENT", "grouped", "each", "off"),
    }
    # A file of clients that the console takes; the API and the command line take any size.
    IMPORT_MAX_MB = env.positive_int("IMPORT_MAX_MB", 100)
except (environs.EnvError, ImproperlyConfigured) as error:
    # Whatever was being started, from a web server to a worker: one line, no traceback.
    sys.exit(f"Configuration error: {error}")

INSTALLED_APPS = [
    "notification_service.console",
    "notification_service.console.apps.ConsoleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "axes",
    "csp",
    "django_filters",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "notification_service.database",
    "notification_service.audit",
    "notification_service.access",
    "notification_service.directory",
    "notification_service.mailings",
    "notification_service.delivery",
    "notification_service.reports",
    "notification_service.api",
    "notification_service.standalone",
    "notification_service.gateway_simulator",
]

MIDDLEWARE = [
    "notification_service.observability.requests.RequestLog",
    "notification_service.api.request_limits.RequestLimits",
    "notification_service.access.middleware.AuditOrigin",
    "notification_service.api.middleware.PlainRequest",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "notification_service.api.body_limits.BodyLimits",
    "notification_service.api.middleware.NoStore",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "notification_service.console.middleware.OperatorTimeZone",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",  # last: it replaces the answer of a login that is locked
]

ROOT_URLCONF = "notification_service.urls"
CONSOLE_DIR = BASE_DIR / "notification_service" / "console"  # a folder a screen, its templates in it
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # Before those of the apps: the frame around the pages of the libraries is the console's.
        "DIRS": sorted(CONSOLE_DIR.glob("*/templates")),
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "libraries": {
                "audit": "notification_service.console.audit.tags",
                "console": "notification_service.console.parts.tags",
                "gateways": "notification_service.console.gateways.tags",
                "imports": "notification_service.console.imports.tags",
            },
        },
    }
]

TEST_RUNNER = "tests.runner.PytestRunner"

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "/"

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # first: it refuses who is locked
    "django.contrib.auth.backends.ModelBackend",
]
AXES_FAILURE_LIMIT = LOGIN_ATTEMPTS
AXES_COOLOFF_TIME = timedelta(minutes=LOGIN_LOCK_MINUTES)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # by name alone, anybody could lock anybody out
AXES_CLIENT_IP_CALLABLE = "notification_service.access.client_address.client_network"
AXES_LOCKOUT_CALLABLE = "notification_service.console.account.lockout.locked_out"
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # the page says until when, and it stays so
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

ACCOUNT_ADAPTER = "notification_service.access.sign_in.accounts.AccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = [
    "username*",
    "password1*",
]  # of a sign-up that is closed; checked all the same
ACCOUNT_RATE_LIMITS = {"login": "20/m/ip", "login_failed": "5/15m/key", "reauthenticate": "10/m/user"}
MFA_ADAPTER = "notification_service.access.sign_in.accounts.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_FORMS = {"authenticate": "notification_service.access.sign_in.audit.CodeForm"}
MFA_TOTP_ISSUER = "Notification service"
MFA_TOTP_TOLERANCE = 1  # a phone's clock may be half a minute off
SOCIALACCOUNT_ADAPTER = "notification_service.console.account.social.ConsoleSocialAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5
SOCIALACCOUNT_PROVIDERS: dict[str, dict[str, Any]] = {
    "openid_connect": {
        "provider_class": "notification_service.access.sign_in.openid.Provider",
        "APPS": [
            {
                "provider_id": OIDC["provider_id"],
                "name": OIDC["name"],
                "client_id": OIDC["client_id"],
                "secret": OIDC["client_secret"],
                "settings": {"server_url": OIDC["issuer"]},
            }
        ]
        if OIDC["issuer"]
        else [],
    }
}

# Shared by all web processes, and small: attempts to log in, codes that were used.
CACHES = {
    "default": {"BACKEND": "notification_service.database.cache.HonestCache", "LOCATION": "console_cache"},
}

EMAIL_USE_TLS, EMAIL_USE_SSL = EMAIL_SECURITY == "starttls", EMAIL_SECURITY == "tls"
EMAIL_TIMEOUT = 10  # seconds, of each step of the conversation

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ru", "Русский")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True  # a fresh clone serves its assets without a collectstatic

DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # a form; an import's view has a limit of its own
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_REDIRECT_EXEMPT = ["^health/", "^metrics/?$"]  # asked inside, past the proxy
SECURE_HSTS_SECONDS = HSTS_SECONDS if HTTPS else 0
# A client could write the header as well: it counts where a proxy of ours is known to.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
# Other names of the same domain are not ours to decide about, nor is a list in the browsers.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
X_FRAME_OPTIONS = "DENY"
# Every script, style and picture is a file of ours; the picture of a second factor's code is in the page.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "notification_service.access.authentication.BearerAuthentication",
        "notification_service.access.authentication.ConsoleSessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["notification_service.access.doors.MayPass"],
    "DEFAULT_THROTTLE_CLASSES": ["notification_service.access.rate_limit.RateLimit"],
    "DEFAULT_PARSER_CLASSES": ["notification_service.api.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": [
        "rest_framework.renderers.JSONRenderer",
        "notification_service.api.renderers.PageRenderer",
    ],
    "DEFAULT_FILTER_BACKENDS": ["notification_service.api.query.QueryFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "notification_service.api.pagination.CursorPagination",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "notification_service.api.problems.exception_handler",
    "URL_FORMAT_OVERRIDE": None,  # `?format=` would be a second way to say what Accept says
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Notification service",
    "DESCRIPTION": "Runs mailings: one text to every client who matches a filter, in time and in "
    "their own hours, and tells what became of every message.\n\nTimes are ISO 8601 with an offset. "
    "Unknown fields and parameters are refused. Lists come in pages: follow `next`.",
    "VERSION": "0.1.0",  # as pyproject.toml and CHANGELOG.md say, neither of which is in the image
    "OAS_VERSION": "3.1.0",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": ["notification_service.api.openapi.hooks.finish"],
    "PATH_CONVERTER_OVERRIDES": {
        "id": {"type": "integer", "format": "int64", "minimum": 1, "maximum": 2**63 - 1}
    },
    "TAGS": [
        {"name": "clients", "description": "The directory: whom mailings go to."},
        {"name": "mailings", "description": "What is sent, to whom and when; and what became of it."},
        {"name": "messages", "description": "One text to one client."},
        {"name": "gateways", "description": "What takes the messages, and how it fares."},
        {"name": "audit", "description": "Who did what, when and from where; for administrators."},
        {"name": "api", "description": "Where things are."},
    ],
}

# Celery carries wake-up calls only: any of them may be lost, repeated or late.
CELERY_IMPORTS = ["notification_service.worker.fallback_beat", "notification_service.worker.signals"]
CELERY_WORKER_POOL = "threads"  # one event loop a process, shared by the task threads
CELERY_WORKER_CONCURRENCY = 8
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
# A worker whose lost connection RabbitMQ still holds must be able to come back: an exclusive queue would
# be locked. RabbitMQ 4.3 refuses queues that are neither; it goes ten seconds after its worker.
CELERY_CONTROL_QUEUE_EXCLUSIVE = False
CELERY_CONTROL_QUEUE_DURABLE = True
# Restored from a task's thread, it would read the AMQP connection beside the main loop.
CELERY_WORKER_ENABLE_PREFETCH_COUNT_REDUCTION = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_STORE_ERRORS_EVEN_IF_IGNORED = False
# A call that a dead worker took is lost, as any may be: keeping it was a third of an idle worker's time.
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"ack_emulation": False} if EMBEDS_BROKER or CELERY_BROKER_URL.startswith("redis") else {}
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_BROKER_CHANNEL_ERROR_RETRY = True  # a refusal is no end: what is due is sent without the broker
CELERY_WORKER_CONSUMER = "notification_service.worker.consumer:SteadyConsumer"
CELERY_BROKER_HEARTBEAT = 10  # seconds; of 120, Celery's own, a broker that vanished is missed after minutes
# Every worker sends, so each gets its own copy of the call to send; the other calls go to one of them.
ALL_WORKERS = Exchange("workers", type="fanout")
CELERY_TASK_QUEUES = [Queue("celery"), Broadcast("workers", exchange=ALL_WORKERS, routing_key="workers")]
CELERY_TASK_ROUTES = {
    "notification_service.delivery.tasks.send_due": {
        "exchange": ALL_WORKERS.name,
        "exchange_type": ALL_WORKERS.type,
        "routing_key": "workers",
        "declare": [ALL_WORKERS],  # a Redis producer that has not seen the exchange drops the call
    }
}
# What nobody took in seconds another call has said. RabbitMQ drops it by its own clock; behind Redis a worker
# judges by its own, which may be off by as much as this.
CALL_LIFE = {"expiration": 2} if CELERY_BROKER_URL.startswith("amqp") else {"expires": 120}
CELERY_BEAT_SCHEDULER = "notification_service.worker.beat:Scheduler"
CELERY_BEAT_SCHEDULE = {
    name: {"task": f"notification_service.{task}", "schedule": seconds, "options": CALL_LIFE}
    for name, task, seconds in (
        ("start", "mailings.tasks.start", 0.25),  # for a mailing starts within a second of its time
        ("settle", "mailings.tasks.settle", 1),
        ("import", "mailings.tasks.import_uploads", 1),
        ("send", "delivery.tasks.send_due", 1),
        ("rescue", "delivery.tasks.rescue", 1),
        ("trials", "delivery.tasks.send_trials", 1),
        ("retire", "mailings.tasks.retire", 60),
        ("sweep", "mailings.tasks.sweep", 3600),
        ("report", "reports.tasks.send_due_report", 10),
    )
}

LOGGING = logs.configure(log_format=LOG_FORMAT, level=LOG_LEVEL)
