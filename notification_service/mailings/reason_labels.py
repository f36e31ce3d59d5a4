"""Reasons in the reader's language, for the console and the daily report."""

from django.utils.translation import pgettext_lazy

from notification_service.mailings.reasons import Reason, Why, worded

WORDS = {
    Reason.REQUEST_NOT_BUILT: pgettext_lazy("reason", "the request cannot be made; see the workers’ log"),
    Reason.NAME_NOT_RESOLVED: pgettext_lazy("reason", "no address is known for the gateway’s name"),
    Reason.CONNECTION_REFUSED: pgettext_lazy("reason", "connection refused"),
    Reason.CONNECT_TIMEOUT: pgettext_lazy("reason", "no connection in time"),
    Reason.NO_CONNECTION: pgettext_lazy("reason", "no connection"),
    Reason.ADDRESS_NOT_ALLOWED: pgettext_lazy("reason", "a private address, which is not allowed"),
    Reason.PROXY_SILENT: pgettext_lazy("reason", "the proxy did not answer"),
    Reason.PROXY_STATUS: pgettext_lazy("reason", "the proxy refused: HTTP %(number)s"),
    Reason.TLS_ERROR: pgettext_lazy("reason", "no secure connection (TLS)"),
    Reason.ZONE_UNKNOWN: pgettext_lazy("reason", "the worker’s system does not know the client’s time zone"),
    Reason.NO_VALUE: pgettext_lazy("reason", "the client has no value for the text"),
    Reason.TEXT_TOO_LONG: pgettext_lazy("reason", "with the client’s values the text is too long"),
    Reason.RESPONSE_TIMEOUT: pgettext_lazy("reason", "no answer in time"),
    Reason.CONNECTION_BROKE: pgettext_lazy("reason", "the connection broke"),
    Reason.WORKER_LOST: pgettext_lazy("reason", "its worker died"),
    Reason.INTERNAL_ERROR: pgettext_lazy("reason", "an error of the service; see the workers’ log"),
    Reason.HTTP_STATUS: pgettext_lazy("reason", "HTTP %(number)s"),
    Reason.RESPONSE_TOO_LONG: pgettext_lazy("reason", "the answer is longer than 64 KiB"),
    Reason.RESPONSE_NOT_JSON: pgettext_lazy("reason", "the answer is not JSON"),
    Reason.RESPONSE_WITHOUT_CODE: pgettext_lazy("reason", "the answer has no code"),
    Reason.RESPONSE_INCOMPLETE: pgettext_lazy("reason", "the answer has neither an id nor an error"),
    Reason.RESPONSE_UNMATCHED: pgettext_lazy(
        "reason", "the answer matches no rule of the gateway’s settings"
    ),
    Reason.GATEWAY_ANSWERED: pgettext_lazy("reason", "the gateway answered"),
    Reason.GATEWAY_CODE: pgettext_lazy("reason", "the gateway’s code %(number)s"),
    Reason.UNKNOWN_CODE: pgettext_lazy("reason", "an unknown code of the gateway"),
    Reason.PARAMETERS_WRONG: pgettext_lazy("reason", "the request’s parameters are wrong"),
    Reason.CREDENTIALS_WRONG: pgettext_lazy("reason", "the login, password or key is wrong"),
    Reason.ACCOUNT_EMPTY: pgettext_lazy("reason", "no money on the provider’s account"),
    Reason.ADDRESS_BLOCKED: pgettext_lazy("reason", "the provider blocks our address"),
    Reason.DATE_WRONG: pgettext_lazy("reason", "the date is wrong"),
    Reason.TEXT_FORBIDDEN: pgettext_lazy("reason", "the text or the sender is forbidden"),
    Reason.PHONE_WRONG: pgettext_lazy("reason", "the phone number is wrong"),
    Reason.PHONE_UNREACHABLE: pgettext_lazy("reason", "the number cannot be delivered to"),
    Reason.TOO_MANY_EQUAL: pgettext_lazy("reason", "too many equal requests"),
    Reason.DEADLINE_PASSED: pgettext_lazy("reason", "the deadline came first"),
    Reason.MAILING_CANCELLED: pgettext_lazy("reason", "the mailing was cancelled"),
    Reason.CLIENT_DELETED: pgettext_lazy("reason", "the client was deleted"),
    Reason.OPTED_OUT: pgettext_lazy("reason", "the person opted out"),
    Reason.NO_CONSENT: pgettext_lazy("reason", "the person has not consented"),
    Reason.NO_WORKER: pgettext_lazy("reason", "no worker took it within a minute; is one running?"),
    Reason.GATEWAY_DISABLED: pgettext_lazy("reason", "the gateway is disabled"),
    Reason.GATEWAY_HELD: pgettext_lazy("reason", "the gateway is paused; see “Gateways”"),
    Reason.GATEWAY_BUSY: pgettext_lazy("reason", "the gateway is busy to its limits with mailings"),
    Reason.GATEWAY_UNUSABLE: pgettext_lazy("reason", "the gateway is set wrong; see the workers’ log"),
    Reason.OTHER: pgettext_lazy("reason", "another reason"),
}


def reason(why: Why) -> str:
    """Return it in the active language, with its text unchanged and its cause."""
    words = worded(why, str(WORDS[why.code]) % {"number": why.number})
    return f"{words} ({reason(why.cause)})" if why.cause else words
