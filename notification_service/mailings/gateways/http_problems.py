"""What is wrong with the settings of a gateway of kind `http`, and whether its token fits them."""

from collections.abc import Iterator
from typing import Any

from notification_service.mailings.gateways.http import InvalidConfig, RequestPlaceholder, read_config
from notification_service.mailings.gateways.http.requests import origin_of
from notification_service.mailings.gateways.http.secrets import OF_A_LOGIN, check_token
from notification_service.mailings.gateways.invalid import InvalidGateway
from notification_service.mailings.gateways.tokens import decrypt_token
from notification_service.mailings.gateways.unusable import GatewayFault, GatewayUnusable
from notification_service.mailings.models import Gateway


def http_problems(gateway: Gateway, changes: dict[str, Any]) -> Iterator[InvalidGateway]:
    config = changes.get("config", gateway.config)
    if changes.get("kind", gateway.kind) != Gateway.Kind.HTTP:
        if config is not None:
            detail = "only a gateway of kind `http` has settings of its own"
            yield InvalidGateway("config", GatewayFault.CONFIG_OF_ANOTHER_KIND, detail)
        return
    if config is None:
        yield InvalidGateway(
            "config", GatewayFault.CONFIG_MISSING, "a gateway of kind `http` needs its settings"
        )
        return
    if changes.keys() & {"url", "config", "kind"}:
        yield from _url_problems(changes.get("url", gateway.url), config)
    try:
        placeholders = read_config(config).request.placeholders
    except InvalidConfig as error:
        for place, problem, detail in error.faults:
            yield InvalidGateway("config", problem, detail, place)
        return
    if changes.keys() & {"config", "token", "token_variable"}:
        yield from _token_problems(gateway, changes, placeholders)


def _url_problems(url: str, config: Any) -> Iterator[InvalidGateway]:
    if url and url != origin_of(config):
        yield InvalidGateway("url", GatewayFault.URL_OF_CONFIG, "of kind `http` it is the `url` in `config`")


def _token_problems(
    gateway: Gateway, changes: dict[str, Any], placeholders: frozenset[RequestPlaceholder]
) -> Iterator[InvalidGateway]:
    """A variable's token is the workers' to read: they say what is wrong with it."""
    if changes.get("token_variable", gateway.token_variable) and not changes.get("token"):
        return
    try:
        check_token(_token(gateway, changes, placeholders), placeholders)
    except GatewayUnusable as error:
        yield InvalidGateway("token", error.problem, error.reason)


def _token(gateway: Gateway, changes: dict[str, Any], placeholders: frozenset[RequestPlaceholder]) -> str:
    if "token" in changes:
        return str(changes["token"])
    if gateway.token_encrypted is None:
        return ""
    return decrypt_token(gateway.token_encrypted) if placeholders & OF_A_LOGIN else "kept"
