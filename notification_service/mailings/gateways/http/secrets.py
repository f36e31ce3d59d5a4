"""What the placeholders of a token stand for."""

from base64 import b64encode
from collections.abc import Iterable

from notification_service.mailings.gateways.http.templates import SECRETS, RequestPlaceholder
from notification_service.mailings.gateways.unusable import GatewayFault, GatewayUnusable

OF_A_LOGIN = frozenset({RequestPlaceholder.LOGIN, RequestPlaceholder.PASSWORD})


def check_token(token: str, placeholders: Iterable[RequestPlaceholder]) -> None:
    """Raise GatewayUnusable, without the token, if it does not fill the placeholders."""
    needed = SECRETS & frozenset(placeholders)
    if needed and not token:
        written = ", ".join(f"{{{{{each}}}}}" for each in sorted(needed))
        raise GatewayUnusable(
            GatewayFault.TOKEN_MISSING, f"the settings have {written}, and the gateway no token"
        )
    if needed & OF_A_LOGIN and ":" not in token:
        detail = "the settings have {{login}} or {{password}}: the token must be login:password"
        raise GatewayUnusable(GatewayFault.TOKEN_NOT_LOGIN, detail)


def secrets_of(token: str) -> dict[RequestPlaceholder, str]:
    login, _, password = token.partition(":")
    return {
        RequestPlaceholder.TOKEN: token,
        RequestPlaceholder.LOGIN: login,
        RequestPlaceholder.PASSWORD: password,
        RequestPlaceholder.BASIC_TOKEN: b64encode(token.encode()).decode(),
    }
