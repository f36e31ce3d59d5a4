import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from notification_service.directory.strict_json import parse
from notification_service.mailings import gateways
from notification_service.mailings.gateways import GatewayInUse, GatewayState, InvalidGateway
from notification_service.mailings.gateways.http.providers import providers
from notification_service.mailings.models import Gateway

NUMBERS = {
    "connect_timeout_seconds": ("--connect-timeout", float),
    "request_timeout_seconds": ("--request-timeout", float),
    "max_requests_per_second": ("--max-requests-per-second", float),
    "max_concurrency": ("--max-concurrency", int),
}
PEM = ("tls_ca", "tls_certificate", "tls_key")
FIELDS = {*NUMBERS, *PEM, "url", "kind", "config", "token_variable", "priority", "enabled"}
COLUMNS = "{:<20} {:<9} {:<12} {:>8}  {}"


class Command(BaseCommand):
    help = "List, add, change, release and delete gateways."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        actions.add_parser("list", help="every gateway and how it fares")
        known = actions.add_parser("provider", help="settings of a provider, to begin with")
        known.add_argument("name", metavar="NAME", nargs="?", help="without one: the list")
        _add_options(actions.add_parser("set", help="change a gateway, or add it"))
        for action, words in (("release", "have a held gateway tried at once"), ("delete", "delete it")):
            actions.add_parser(action, help=words).add_argument("name", metavar="NAME")

    def handle(self, *_args: Any, action: str, **options: Any) -> str:
        try:
            match action:
                case "list":
                    return _listed()
                case "provider":
                    return _provider(options["name"])
                case "set":
                    return _set(**options)
                case "release":
                    return _release(options["name"])
                case _:
                    return _delete(options["name"])
        except InvalidGateway as error:
            lines = (f"{each.path}: {each.detail}." for each in (error, *error.others))
            raise CommandError("\n".join(lines)) from None
        except GatewayInUse as error:
            raise CommandError(str(error)) from None


def _add_options(parser: ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("--url", help="http(s), without credentials or a query")
    parser.add_argument("--kind", choices=Gateway.Kind.values)
    parser.add_argument("--config", type=_settings, metavar="FILE", help="of kind http: its settings, JSON")
    parser.add_argument("--token-variable", metavar="NAME", help="of the workers; begins with GATEWAY_TOKEN")
    parser.add_argument("--token-stdin", action="store_true", help="read the token from the standard input")
    for name in PEM:
        option = f"--{name.replace('_', '-')}"
        parser.add_argument(option, type=_pem, metavar="FILE", help="PEM, or none")
    for name, (option, kind) in NUMBERS.items():
        parser.add_argument(option, dest=name, type=_or_none(kind), metavar="N", help="or none")
    parser.add_argument("--priority", type=int, help="the lowest of the enabled is the default")
    parser.add_argument("--enable", dest="enabled", action="store_true", default=None)
    parser.add_argument("--disable", dest="enabled", action="store_false", default=None)


def _settings(path: str) -> Any:
    try:
        return parse(Path(path).read_text())
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from None
    except (ValueError, RecursionError) as error:
        raise CommandError(f"{path} is not JSON: {error}.") from None


def _pem(path: str) -> str:
    try:
        return "" if path == "none" else Path(path).read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} cannot be read: {error}.") from None


def _or_none(kind: type) -> Any:
    def number(text: str) -> Any:
        return "none" if text == "none" else kind(text)

    return number


def _set(*, name: str, token_stdin: bool, **options: Any) -> str:
    given = {field: options[field] for field in FIELDS if options.get(field) is not None}
    changes = {field: None if value == "none" else value for field, value in given.items()}
    if token_stdin:
        changes["token"] = sys.stdin.readline().strip()
    gateway = Gateway.objects.filter(name=name).first()
    if gateway is None:
        changes["name"] = name
    gateways.save_gateway(gateway, **changes)
    return f"The gateway {name} is {'changed' if gateway else 'added'}."


def _provider(name: str | None) -> str:
    if name is None:
        return "\n".join(f"{each.name:<14}{each.title}" for each in providers().values())
    if name not in providers():
        raise CommandError(f"There are no settings of {name}: `gateway provider` lists them.")
    return json.dumps(providers()[name].config, ensure_ascii=False, indent=2)


def _release(name: str) -> str:
    gateway = gateways.release_gateway(_known(name).pk)
    return f"{name} is tried at once." if gateway.held_at else f"{name} is not held."


def _delete(name: str) -> str:
    gateways.delete_gateway(_known(name).pk)
    return f"The gateway {name} is deleted."


def _known(name: str) -> Gateway:
    gateway = Gateway.objects.filter(name=name).first()
    if gateway is None:
        raise CommandError(f"There is no gateway {name}.")
    return gateway


def _listed() -> str:
    rows = gateways.gateway_states(Gateway.objects.order_by("priority", "id"))
    header = COLUMNS.format("NAME", "STATE", "KIND", "PRIORITY", "URL")
    return "\n".join([header, *map(_line, rows)])


def _line(row: GatewayState) -> str:
    gateway = row.gateway
    url = gateways.shown_url(gateway) + (f"  ({gateway.held_why})" if gateway.held_at else "")
    name = f"{gateway.name}{' *' if row.is_default else ''}"
    return COLUMNS.format(name, row.state, gateway.kind, gateway.priority, url)
