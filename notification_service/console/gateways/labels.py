"""What the console calls things about gateways, in the operator's language."""

from django.utils.translation import gettext_lazy, pgettext_lazy

from notification_service.mailings.gateways import GatewayFault, InvalidGateway, State
from notification_service.mailings.models import Gateway
from notification_service.mailings.reasons import Reason

# For each state: its word, its shape, and the status whose colour it has.
STATE = {
    State.HEALTHY: (pgettext_lazy("gateway", "healthy"), "check", "sent"),
    State.SLOW: (pgettext_lazy("gateway", "slow"), "hourglass", "paused"),
    State.HELD: (pgettext_lazy("gateway", "paused"), "alert", "failed"),
    State.UNUSABLE: (pgettext_lazy("gateway", "not usable"), "alert", "failed"),
    State.DISABLED: (pgettext_lazy("gateway", "disabled"), "dash", "cancelled"),
}
KIND = {
    Gateway.Kind.PROBE_SERVER: gettext_lazy("JSON, /v1/send/{id}"),
    Gateway.Kind.FORM_SMS: gettext_lazy("form, as for smsc.ru"),
    Gateway.Kind.HTTP: gettext_lazy("any HTTP API, by its settings"),
}
ADVICE_TOKEN = gettext_lazy("It refuses us access: check its token.")
ADVICE = {
    Reason.CREDENTIALS_WRONG: ADVICE_TOKEN,
    Reason.ACCOUNT_EMPTY: gettext_lazy("Top up the account; sending then resumes by itself."),
    Reason.ADDRESS_BLOCKED: gettext_lazy("Ask the provider to allow the address that the workers send from."),
}
NOT_LET_IN = (401, 403)
ADVICE_WAIT = gettext_lazy(
    "One message tries it every few seconds, or when it asked us to come back."
    " Sending resumes by itself once it answers."
)

PROBLEM = {
    GatewayFault.NAME_TAKEN: gettext_lazy("Another gateway has this name."),
    GatewayFault.NAME_MALFORMED: gettext_lazy("Lowercase letters a to z, digits, _ and -, 64 at most."),
    GatewayFault.OF_ENVIRONMENT: gettext_lazy("For the gateway “main” this is set in the environment."),
    GatewayFault.KIND_UNKNOWN: gettext_lazy("There is no such kind of gateway."),
    GatewayFault.OUT_OF_RANGE: gettext_lazy("The number is too small or too large."),
    GatewayFault.URL_MISSING: gettext_lazy("Enter an address."),
    GatewayFault.URL_MALFORMED: gettext_lazy(
        "Write http:// or https://, a host, and perhaps a port and a path: no login, no query."
    ),
    GatewayFault.PORT_OUT_OF_RANGE: gettext_lazy("The port must be 1 to 65535."),
    GatewayFault.NOT_AN_ADDRESS: gettext_lazy("This is not an address: write IPv4 as four decimal numbers."),
    GatewayFault.PRIVATE_ADDRESS: gettext_lazy(
        "This is a private address. Only GATEWAY_ALLOW_PRIVATE_ADDRESSES=true allows those."
    ),
    GatewayFault.NAME_NOT_RESOLVED: gettext_lazy("No address is found for this name. Check its spelling."),
    GatewayFault.TOKEN_TWICE: gettext_lazy("Give a token or a variable, not both."),
    GatewayFault.TOKEN_MALFORMED: gettext_lazy("A token has Latin letters, digits and signs, and no spaces."),
    GatewayFault.TOKEN_OF_ANOTHER_SERVER: gettext_lazy(
        "The address is on another server: enter the token again."
    ),
    GatewayFault.TOKEN_UNREADABLE: gettext_lazy(
        "The token was stored under another SECRET_KEY: enter it again."
    ),
    GatewayFault.SECRET_KEY_MISSING: gettext_lazy("SECRET_KEY is not set: no worker could read the token."),
    GatewayFault.URL_OF_CONFIG: gettext_lazy(
        "For “any HTTP API” the address is in the settings: empty this."
    ),
    GatewayFault.TOKEN_MISSING: gettext_lazy("The settings have a place for a token: enter it."),
    GatewayFault.TOKEN_NOT_LOGIN: gettext_lazy(
        "For these settings the token is a login, a colon, a password."
    ),
    GatewayFault.CONFIG_OF_ANOTHER_KIND: gettext_lazy(
        "Only “any HTTP API” has settings: choose it, or empty this."
    ),
    GatewayFault.CONFIG_MISSING: gettext_lazy("Enter the settings, or begin with those of a provider."),
    GatewayFault.CONFIG_TOO_LARGE: gettext_lazy("The settings are longer than 64 KiB."),
    GatewayFault.CONFIG_WRONG: gettext_lazy("this does not fit here"),
    GatewayFault.PLACEHOLDER_UNKNOWN: gettext_lazy("there is no such placeholder, or none can stand here"),
    GatewayFault.PLACEHOLDER_MISSING: gettext_lazy("the request has no place for the phone or for the text"),
    GatewayFault.HEADER_UNSENDABLE: gettext_lazy("this header cannot be sent"),
    GatewayFault.POINTER_MALFORMED: gettext_lazy("this is no JSON Pointer, such as /message/id"),
    GatewayFault.RULES_OVERLAP: gettext_lazy("an earlier rule already takes an answer that this one names"),
    GatewayFault.CERTIFICATE_UNREADABLE: gettext_lazy("This cannot be read as PEM, or cannot be used."),
    GatewayFault.CERTIFICATE_EXPIRED: gettext_lazy("The certificate has expired, or is not valid yet."),
    GatewayFault.CERTIFICATE_MISSING: gettext_lazy("There is a key: enter its certificate, too."),
    GatewayFault.KEY_MISSING: gettext_lazy("Enter the key of the certificate."),
    GatewayFault.KEY_MISFIT: gettext_lazy("This key belongs to another certificate."),
    GatewayFault.VARIABLE_MALFORMED: gettext_lazy(
        "The name must begin with GATEWAY_TOKEN: capitals, digits and _."
    ),
    GatewayFault.VARIABLE_MISSING: gettext_lazy("The variable is not set."),
    GatewayFault.FILE_UNREADABLE: gettext_lazy("The file with the token cannot be read."),
    GatewayFault.SETTING_UNUSABLE: gettext_lazy("One of its settings cannot be used."),
}
# Whose detail says more than these words, in English.
DETAILED = {GatewayFault.CONFIG_WRONG, GatewayFault.CERTIFICATE_UNREADABLE, GatewayFault.CERTIFICATE_EXPIRED}


def advice(gateway: Gateway) -> str:
    """Return what a person can do about a held gateway."""
    why = gateway.held_why
    if why and why.code is Reason.HTTP_STATUS and why.number in NOT_LET_IN:
        return str(ADVICE_TOKEN)
    return str(ADVICE.get(why.code, ADVICE_WAIT) if why else ADVICE_WAIT)


def problem(invalid: InvalidGateway) -> str:
    """Return what is wrong; inside the settings, with the place as a pointer, and what would fit."""
    words = str(PROBLEM[invalid.problem])
    if invalid.field != "config" or not invalid.place:
        return f"{words} ({invalid.detail})" if invalid.problem in DETAILED else words
    pointer = "".join(f"/{part}" for part in invalid.place)
    return f"{pointer}: {words} ({invalid.detail})"
