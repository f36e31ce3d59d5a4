"""The daily report, and the mail server that takes it."""

from notification_service.settings.base import env

# The console's address for links in e-mails; without it there are none.
PUBLIC_URL = env.http_url("PUBLIC_URL")
# The daily report, about the day before in its zone; without REPORT_TO there is none.
REPORT_TO = env.addresses("REPORT_TO")
REPORT_FROM = env.sender("REPORT_FROM")
REPORT_AT = env.time_of_day("REPORT_AT", "08:00")
REPORT_TIME_ZONE = env.time_zone("REPORT_TIME_ZONE")
REPORT_LANGUAGE = env.one_of("REPORT_LANGUAGE", "en", "ru")

EMAIL_HOST = env.str("EMAIL_HOST", "")
EMAIL_SECURITY = env.one_of("EMAIL_SECURITY", "starttls", "tls", "none")
EMAIL_PORT = env.port("EMAIL_PORT", 0) or {"starttls": 587, "tls": 465, "none": 25}[EMAIL_SECURITY]
EMAIL_HOST_USER = env.str("EMAIL_USER", "")
EMAIL_HOST_PASSWORD = env.str("EMAIL_PASSWORD", "")

EMAIL_USE_TLS, EMAIL_USE_SSL = EMAIL_SECURITY == "starttls", EMAIL_SECURITY == "tls"
EMAIL_TIMEOUT = 10  # seconds, of each step of the conversation
