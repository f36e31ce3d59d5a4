"""Commands that the documents show exist, and take the options that are shown."""

import re
from collections.abc import Iterator

import pytest
from celery.bin.celery import celery
from django.core.management import get_commands, load_command_class

from tests.documents.test_names import DOCUMENTS, ROOT

MANAGE = re.compile(r"manage\.py[ \n](\w+)([^`\n|#]*)")
CELERY = re.compile(r"celery -A notification_service (\w+)([^`\n|#]*)")
MAKE = re.compile(r"`make (\w[\w-]*)")
OPTION = re.compile(r"(?<![\w-])--[a-z][\w-]*")
# Of Django, which `get_commands` leaves out; of the plugin, which is loaded when the command runs.
MORE_COMMANDS = {"help"}
PLUGINS = {"flower"}


def text_of(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


def management_faults(text: str) -> Iterator[str]:
    known = get_commands()
    for name, rest in MANAGE.findall(text):
        if name not in known and name not in MORE_COMMANDS:
            yield name
        elif options := set(OPTION.findall(rest)):
            yield from (f"{name} {option}" for option in sorted(options - options_of(name)))


def options_of(name: str) -> set[str]:
    """With those of its subcommands."""
    app = get_commands()[name]
    command = load_command_class(app, name) if isinstance(app, str) else app
    return set(OPTION.findall(all_help(command.create_parser("manage.py", name))))


def all_help(parser: object) -> str:
    text = str(getattr(parser, "format_help")())  # noqa: B009
    for action in getattr(parser, "_actions"):  # noqa: B009
        if isinstance(action.choices, dict):
            text += "".join(map(all_help, action.choices.values()))
    return text


def celery_faults(text: str) -> Iterator[str]:
    for name, rest in CELERY.findall(text):
        if name in PLUGINS:
            continue
        command = celery.commands.get(name)
        known = {option for parameter in command.params for option in parameter.opts} if command else set()
        yield from ([name] if command is None else sorted(set(OPTION.findall(rest)) - known))


def make_faults(text: str) -> Iterator[str]:
    targets = set(re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE))
    yield from sorted(set(MAKE.findall(text)) - targets)


def test_commands_are_found() -> None:
    text = "".join(map(text_of, DOCUMENTS))
    assert min(len(pattern.findall(text)) for pattern in (MANAGE, CELERY, MAKE)) > 5


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_document_shows_only_commands_and_options_that_exist(document: str) -> None:
    text = text_of(document)
    assert [*management_faults(text), *celery_faults(text), *make_faults(text)] == []
