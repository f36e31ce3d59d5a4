"""Django's parts: apps, middleware, templates, languages, static files, uploads."""

from notification_service.settings.api import CORS_ALLOWED_ORIGINS
from notification_service.settings.base import PACKAGE_DIR, env
from notification_service.settings.sign_in import OIDC

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
    # What it imports takes 6 MB of every process and 0.1 s of every start.
    *(["allauth.socialaccount.providers.openid_connect"] if OIDC["issuer"] else []),
    "allauth.mfa",
    "axes",
    "corsheaders",
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
    "notification_service.webhooks",
    "notification_service.api",
    "notification_service.standalone",
    "notification_service.doctor",
    "notification_service.terminal",
    "notification_service.gateway_simulator",
]

MIDDLEWARE = [
    "notification_service.observability.requests.RequestLog",
    "notification_service.api.request_limits.RequestLimits",
    "notification_service.access.middleware.AuditOrigin",
    "notification_service.api.middleware.PlainRequest",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "notification_service.access.middleware.ContentSecurityPolicy",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    *(["corsheaders.middleware.CorsMiddleware"] if CORS_ALLOWED_ORIGINS else []),
    "notification_service.api.body_limits.BodyLimits",
    "notification_service.api.compression.Compression",
    "notification_service.api.middleware.ApiHeaders",
    "django.middleware.common.CommonMiddleware",
    "notification_service.api.middleware.PassedByPrograms",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "notification_service.console.middleware.OperatorTimeZone",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",  # it replaces the response to a login that is locked
    "notification_service.api.middleware.Innermost",
]

ROOT_URLCONF = "notification_service.urls"
CONSOLE_DIR = PACKAGE_DIR / "console"  # a folder for each screen, with its templates
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # Before those of the apps: the libraries' pages get the console's frame.
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
                "webhooks": "notification_service.console.webhooks.tags",
            },
        },
    }
]

TEST_RUNNER = "tests.runner.PytestRunner"

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ru", "Русский")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True  # a fresh clone serves its assets without a collectstatic

DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # a form; an import's view has a limit of its own
# A file of clients that the console takes; the API and the command line take any size.
IMPORT_MAX_MB = env.positive_int("IMPORT_MAX_MB", 100)
# How long a connection lasts if the other side reads nothing of a download.
UNREAD_DOWNLOAD_SECONDS = env.positive("UNREAD_DOWNLOAD_SECONDS", 60)
