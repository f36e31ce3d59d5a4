"""Secrets, hosts, TLS, cookies, and what a page may load."""

import secrets

from notification_service.settings.base import DATA_DIR, env
from notification_service.settings.servers import EMBEDS_BROKER, EMBEDS_DATABASE

DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.secret("SECRET_KEY")
if not SECRET_KEY and EMBEDS_DATABASE and EMBEDS_BROKER:
    SECRET_KEY = env.kept_secret(DATA_DIR / "secret.key")
SECRET_KEY_IS_TEMPORARY = not SECRET_KEY
SECRET_KEY = SECRET_KEY or secrets.token_urlsafe(48)
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
# Whether callers use TLS, with or without a proxy of ours.
HTTPS = env.bool("HTTPS", False)
HSTS_SECONDS = env.zero_or_more("HSTS_SECONDS", 365 * 24 * 3600, most=2**31 - 1)
TRUSTED_PROXIES = env.zero_or_more("TRUSTED_PROXIES", 0)

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_REDIRECT_EXEMPT = ["^health/", "^metrics/?$"]  # requested from inside, not through the proxy
SECURE_HSTS_SECONDS = HSTS_SECONDS if HTTPS else 0
# Callers can set this header too, so it counts only if a proxy of ours is known to set it.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
# Not our decision: other names of the same domain, and the preload list of browsers.
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
