import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console

from notification_service.api.problems import field_problems
from notification_service.api.serializers.mailing import MailingSerializer
from notification_service.mailings import lifecycle
from notification_service.mailings.models import Mailing
from notification_service.mailings.validation import InvalidChange, check_new
from notification_service.standalone.samples.run import follow_in_lines, follow_with_bar
from notification_service.terminal.mailings import DatabaseMailings, audience_size, listed

MOVES = {
    "pause": lifecycle.pause_mailing,
    "resume": lifecycle.resume_mailing,
    "cancel": lifecycle.cancel_mailing,
}


class Command(BaseCommand):
    help = "Make, list, watch, pause, resume and cancel mailings."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        _add_fields(actions.add_parser("create", help="make a mailing; asks before it sends"))
        lists = actions.add_parser("list", help="the newest mailings")
        lists.add_argument("--status", choices=Mailing.Status.values)
        for action, words in (
            ("watch", "follow one to its end"),
            ("pause", "stop sending"),
            ("resume", "go on"),
            ("cancel", "end it; what is unsent is cancelled"),
        ):
            actions.add_parser(action, help=words).add_argument("id", type=int)

    def handle(self, *_args: Any, action: str, **options: Any) -> str | None:
        try:
            if action == "list":
                return listed(options["status"])
            if action == "create":
                return _create(options)
            if action == "watch":
                _watch(options["id"])
                return None
            mailing = MOVES[action](options["id"])
            return f"mailing {mailing.pk}: {mailing.status}"
        except Mailing.DoesNotExist:
            raise CommandError(f"There is no mailing {options['id']}.") from None
        except InvalidChange as error:
            raise CommandError(f"{error.field}: {error.detail}") from None
        except lifecycle.Conflict as error:
            raise CommandError(str(error)) from None


def _add_fields(parser: ArgumentParser) -> None:
    parser.add_argument("text")
    parser.add_argument("--start-at", metavar="TIME", help="such as 2030-03-01T09:00:00+03:00 (default: now)")
    parser.add_argument("--end-at", metavar="TIME", required=True, help="no message is sent from then on")
    parser.add_argument("--operator-code", action="append", metavar="CODE", help="of the clients; repeatable")
    parser.add_argument("--tag", action="append", metavar="TAG", help="of the clients; repeatable")
    parser.add_argument("--from", dest="opens", metavar="HH:MM", help="in each client's own time")
    parser.add_argument("--to", dest="closes", metavar="HH:MM")
    parser.add_argument("--gateway", metavar="NAME", help="(default: the default gateway)")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--watch", action="store_true", help="follow it to its end")


def _create(options: Mapping[str, Any]) -> str | None:
    serializer = MailingSerializer(data=_as_json(options))
    if not serializer.is_valid():
        found = field_problems(serializer.errors, "", separator="/")
        raise CommandError("\n".join(f"{each['pointer'].lstrip('/')}: {each['detail']}" for each in found))
    fields: dict[str, Any] = serializer.validated_data
    check_new(Mailing(**fields))
    clients = audience_size(fields)
    when = "now" if fields["start_at"] <= timezone.now() else f"at {fields['start_at'].isoformat()}"
    if not options["yes"] and not _agrees(f"Send to {clients:,} clients, {when}?"):
        raise CommandError("Nothing was made.")
    mailing = lifecycle.create_mailing(**fields)
    if options["watch"]:
        _watch(mailing.pk)
        return None
    return f"mailing {mailing.pk}: {mailing.status}, {clients:,} clients match now"


def _as_json(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return it in the form in which the API takes it."""
    chosen = {"operator_codes": options["operator_code"], "tags": options["tag"]}
    hours = {"from": options["opens"], "to": options["closes"]}
    body = {
        "text": options["text"],
        "start_at": options["start_at"] or timezone.now().isoformat(),
        "end_at": options["end_at"],
        "filter": {name: values for name, values in chosen.items() if values},
        "send_window": hours if any(hours.values()) else None,
        "gateway": options["gateway"],
    }
    return {name: value for name, value in body.items() if value is not None}


def _agrees(question: str) -> bool:
    if not sys.stdin.isatty():
        raise CommandError("There is nobody to ask: add --yes.")
    return input(f"{question} [y/N] ").strip().casefold() in ("y", "yes")


def _watch(mailing_id: int) -> None:
    console = Console()
    show = follow_with_bar if console.is_terminal else follow_in_lines
    show(DatabaseMailings(), mailing_id, console)
