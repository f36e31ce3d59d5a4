"""Who may sign in to the console, and how: passwords, lock-out, second factor, OpenID Connect."""

from datetime import timedelta
from typing import Any

from notification_service.settings.base import env

LOGIN_ATTEMPTS = env.positive_int("LOGIN_ATTEMPTS", 5)
LOGIN_LOCK_MINUTES = env.positive("LOGIN_LOCK_MINUTES", 15)
OIDC = env.identity_provider()

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "/"

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # first: it refuses locked names
    "django.contrib.auth.backends.ModelBackend",
]
AXES_FAILURE_LIMIT = LOGIN_ATTEMPTS
AXES_COOLOFF_TIME = timedelta(minutes=LOGIN_LOCK_MINUTES)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # by name alone, anybody could lock anybody out
AXES_CLIENT_IP_CALLABLE = "notification_service.access.client_address.client_network"
AXES_LOCKOUT_CALLABLE = "notification_service.console.account.lockout.locked_out"
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # the page says until when, and that must not change
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
]  # sign-up is closed, but this is checked all the same
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
        "provider_class": "notification_service.access.sign_in.openid.OpenIdProvider",
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
