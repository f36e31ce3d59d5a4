"""What the console says of gateways, in the operator's language."""

from django.utils.translation import gettext_lazy, pgettext_lazy

from notification_service.mailings.gateways import State
from notification_service.mailings.models import Gateway

# Of each state: the word, its shape, and whose colour it has.
STATE = {
    State.HEALTHY: (pgettext_lazy("gateway", "healthy"), "check", "sent"),
    State.SLOW: (pgettext_lazy("gateway", "slow"), "hourglass", "paused"),
    State.HELD: (pgettext_lazy("gateway", "held"), "alert", "failed"),
    State.UNUSABLE: (pgettext_lazy("gateway", "not usable"), "alert", "failed"),
    State.DISABLED: (pgettext_lazy("gateway", "disabled"), "dash", "cancelled"),
}
KIND = {
    Gateway.Kind.PROBE_SERVER: gettext_lazy("JSON, /v1/send/{id}"),
    Gateway.Kind.FORM_SMS: gettext_lazy("form, as smsc.ru takes it"),
}
TOKEN_REFUSED = ("HTTP 401", "HTTP 403")
ADVICE_TOKEN = gettext_lazy("It does not let us in: check its token.")
ADVICE_WAIT = gettext_lazy(
    "Single messages probe it, every few seconds or when it asked to be asked again;"
    " sending goes on by itself once it answers."
)

# By what the domain's refusal has in its words.
REFUSALS = {
    "another gateway has this name": gettext_lazy("Another gateway has this name."),
    "must be small letters": gettext_lazy("Small letters a to z, digits, _ and -, 64 at most."),
    "the URL must be": gettext_lazy(
        "Write http:// or https://, a host, and perhaps a port and a path: no login, no query."
    ),
    "the URL's port": gettext_lazy("The port must be 1 to 65535."),
    "is no address": gettext_lazy("This is no address: write IPv4 as four decimal numbers."),
    "is a private address": gettext_lazy(
        "This is a private address. Only GATEWAY_ALLOW_PRIVATE_ADDRESSES=true allows those."
    ),
    "is not resolved": gettext_lazy("No address is known for this name. Is it written right?"),
    "enter the token again": gettext_lazy("The address is another server's: enter the token again."),
    "not both": gettext_lazy("Give a token or a variable, not both."),
    "must begin with GATEWAY_TOKEN": gettext_lazy(
        "The name must begin with GATEWAY_TOKEN: capitals, digits and _."
    ),
    "must be printable ASCII": gettext_lazy("A token has Latin letters, digits and signs, and no spaces."),
    "SECRET_KEY is not set": gettext_lazy("SECRET_KEY is not set: no worker could read the token."),
}


def refusal(detail: str) -> str:
    return str(next((words for part, words in REFUSALS.items() if part in detail), detail))


def advice(gateway: Gateway) -> str:
    """What a person can do about a gateway that is held."""
    return str(ADVICE_TOKEN if gateway.held_reason in TOKEN_REFUSED else ADVICE_WAIT)
