"""What the console says of gateways, in the operator's language."""

from django.utils.translation import gettext_lazy, pgettext_lazy

from notification_service.mailings.gateways import Problem, State
from notification_service.mailings.models import Gateway
from notification_service.mailings.reasons import Reason

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
ADVICE_TOKEN = gettext_lazy("It does not let us in: check its token.")
ADVICE = {
    Reason.CREDENTIALS_WRONG: ADVICE_TOKEN,
    Reason.ACCOUNT_EMPTY: gettext_lazy("Top up the account; sending goes on by itself."),
    Reason.ADDRESS_BLOCKED: gettext_lazy("Ask the provider to allow the address that the workers send from."),
}
NOT_LET_IN = (401, 403)
ADVICE_WAIT = gettext_lazy(
    "One message probes it every few seconds, or when it asked us to come back;"
    " sending resumes by itself once it answers."
)

PROBLEM = {
    Problem.NAME_TAKEN: gettext_lazy("Another gateway has this name."),
    Problem.NAME_MALFORMED: gettext_lazy("Small letters a to z, digits, _ and -, 64 at most."),
    Problem.OF_ENVIRONMENT: gettext_lazy("The gateway “main” has it from the environment."),
    Problem.KIND_UNKNOWN: gettext_lazy("There is no such kind of gateway."),
    Problem.OUT_OF_RANGE: gettext_lazy("The number is too small or too large."),
    Problem.URL_MISSING: gettext_lazy("A gateway needs an address."),
    Problem.URL_MALFORMED: gettext_lazy(
        "Write http:// or https://, a host, and perhaps a port and a path: no login, no query."
    ),
    Problem.PORT_OUT_OF_RANGE: gettext_lazy("The port must be 1 to 65535."),
    Problem.NOT_AN_ADDRESS: gettext_lazy("This is not an address: write IPv4 as four decimal numbers."),
    Problem.PRIVATE_ADDRESS: gettext_lazy(
        "This is a private address. Only GATEWAY_ALLOW_PRIVATE_ADDRESSES=true allows those."
    ),
    Problem.NAME_NOT_RESOLVED: gettext_lazy("No address is known for this name. Is it written right?"),
    Problem.TOKEN_TWICE: gettext_lazy("Give a token or a variable, not both."),
    Problem.TOKEN_MALFORMED: gettext_lazy("A token has Latin letters, digits and signs, and no spaces."),
    Problem.TOKEN_OF_ANOTHER_SERVER: gettext_lazy("The address is another server's: enter the token again."),
    Problem.TOKEN_UNREADABLE: gettext_lazy("The token was kept under another SECRET_KEY: enter it anew."),
    Problem.SECRET_KEY_MISSING: gettext_lazy("SECRET_KEY is not set: no worker could read the token."),
    Problem.VARIABLE_MALFORMED: gettext_lazy(
        "The name must begin with GATEWAY_TOKEN: capitals, digits and _."
    ),
    Problem.VARIABLE_MISSING: gettext_lazy("The variable is not set."),
    Problem.FILE_UNREADABLE: gettext_lazy("The file with the token cannot be read."),
    Problem.SETTING_UNUSABLE: gettext_lazy("A setting of it cannot be used."),
}


def advice(gateway: Gateway) -> str:
    """What a person can do about a gateway that is held."""
    why = gateway.held_why
    if why and why.code is Reason.HTTP_STATUS and why.number in NOT_LET_IN:
        return str(ADVICE_TOKEN)
    return str(ADVICE.get(why.code, ADVICE_WAIT) if why else ADVICE_WAIT)
