"""`manage.py mailing`, as somebody at a terminal uses it."""

from contextlib import nullcontext
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from rich.console import Console

from notification_service.mailings.models import Mailing
from notification_service.standalone.samples.run import follow_in_lines, follow_with_bar
from notification_service.terminal.mailings import DatabaseMailings
from tests.factories import (
    make_client,
    make_gateway,
    make_gateway_use,
    make_mailing,
    make_messages,
    make_running_mailing,
    now,
)

END = "2090-03-02T21:00:00+03:00"

pytestmark = pytest.mark.django_db


def mailing(*arguments: str, **options: Any) -> str:
    output = StringIO()
    call_command("mailing", *arguments, stdout=output, **options)
    return output.getvalue()


def test_a_mailing_is_made_as_the_api_would_make_it() -> None:
    make_client(phone="79160000001", operator_code="916", tag="vip")
    made = mailing(
        "create", "Sale!", "--end-at", END, "--tag", "vip", "--operator-code", "916", "--from", "09:00",
        "--to", "21:00", "--yes",
    )  # fmt: skip
    [row] = Mailing.objects.all()
    assert (row.text, row.tags, row.operator_codes) == ("Sale!", ["vip"], ["916"])
    assert row.send_window is not None
    assert made == f"mailing {row.pk}: scheduled, 1 clients match now\n"


def test_nothing_is_sent_where_nobody_can_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", StringIO())
    with pytest.raises(CommandError, match="add --yes"):
        mailing("create", "Sale!", "--end-at", END)
    assert not Mailing.objects.exists()


@pytest.mark.parametrize(("answer", "made"), [("y\n", 1), ("\n", 0), ("n\n", 0)])
def test_a_mailing_is_made_only_after_a_yes(monkeypatch: pytest.MonkeyPatch, answer: str, made: int) -> None:
    terminal = StringIO(answer)
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdin", terminal)
    with nullcontext() if made else pytest.raises(CommandError, match="Nothing was made"):
        mailing("create", "Sale!", "--end-at", END)
    assert Mailing.objects.count() == made


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        (("--end-at", "tomorrow"), "end_at: "),
        (("--end-at", END, "--operator-code", "9"), "filter/operator_codes"),
        (("--end-at", END, "--from", "25:00", "--to", "21:00"), "send_window"),
        (("--end-at", END, "--gateway", "nowhere"), "gateway: "),
        (("--end-at", "2001-01-01T00:00:00Z"), "end_at"),
    ],
)
def test_bad_input_is_named_by_its_field(options: tuple[str, ...], fault: str) -> None:
    with pytest.raises(CommandError, match=fault):
        mailing("create", "Sale!", *options, "--yes")
    assert not Mailing.objects.exists()


def test_what_cannot_be_made_is_not_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = StringIO("n\n")
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdin", terminal)
    with pytest.raises(CommandError, match="end_at"):
        mailing("create", "Sale!", "--end-at", "2001-01-01T00:00:00Z")
    assert terminal.read() == "n\n"


def test_the_newest_mailings_are_listed_first() -> None:
    first, second = make_mailing(text="The first"), make_mailing(text="The second\nof two")
    lines = mailing("list").splitlines()
    assert [line.split()[0] for line in lines] == ["ID", str(second.pk), str(first.pk)]
    assert lines[1].endswith("The second of two")
    assert len(mailing("list", "--status", "running").splitlines()) == 1


def test_a_mailing_is_watched_to_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    ended = make_running_mailing()
    make_messages(ended, 3)
    Mailing.objects.update(status="cancelled")
    mailing("watch", str(ended.pk))
    assert "3 pending" in capsys.readouterr().out


class OneLook(DatabaseMailings):
    """The mailing is cancelled once it has been looked at, so that whoever watches it comes to an end."""

    def mailing(self, mailing_id: int) -> Any:
        seen = super().mailing(mailing_id)
        Mailing.objects.filter(pk=mailing_id).update(status="cancelled")
        return seen


@pytest.mark.parametrize("show", [follow_in_lines, follow_with_bar])
def test_whoever_watches_a_mailing_reads_which_gateway_it_waits_for_and_why(show: Any) -> None:
    held = make_gateway(name="sms", held_at=now(), held_reason="tls_error", held_text="[SSL] expired")
    mailing = make_running_mailing(gateway=held)
    make_messages(mailing, 3)
    output = StringIO()
    show(OneLook(), mailing.pk, Console(file=output, force_terminal=show is follow_with_bar, width=120))
    said = "3 pending; waits for the gateway “sms”, which is held: TLS error: [SSL] expired"
    assert said in output.getvalue()


@pytest.mark.parametrize(
    ("gateway", "use", "said"),
    [
        ({}, {}, ""),
        ({"held_at": now(), "held_reason": "http_status", "held_reason_number": 503}, {}, "held: HTTP 503"),
        ({"enabled": False}, {"unusable_reason": "it has no URL"}, "disabled"),
        ({}, {"unusable_reason": "it has no URL"}, "unusable: it has no URL"),
    ],
)
def test_a_mailing_says_what_it_waits_for(gateway: dict[str, Any], use: dict[str, Any], said: str) -> None:
    row = make_gateway(name="sms", **gateway)
    make_gateway_use(row, **use)
    mailing = make_running_mailing(gateway=row)
    make_messages(mailing, 1)
    words = f"waits for the gateway “sms”, which is {said}" if said else ""
    assert DatabaseMailings().mailing(mailing.pk)["waits_for"] == words


def test_a_mailing_with_nothing_to_send_or_paused_waits_for_no_gateway() -> None:
    row = make_gateway(held_at=now(), held_reason="response_timeout")
    paused = make_running_mailing(gateway=row, status="paused")
    make_messages(paused, 1)
    for mailing in (paused, make_running_mailing(gateway=row)):
        assert DatabaseMailings().mailing(mailing.pk)["waits_for"] == ""


def test_a_mailing_is_paused_resumed_and_cancelled() -> None:
    running = make_running_mailing()
    for action, status in (("pause", "paused"), ("resume", "running"), ("cancel", "cancelled")):
        assert mailing(action, str(running.pk)) == f"mailing {running.pk}: {status}\n"
    with pytest.raises(CommandError):
        mailing("resume", str(running.pk))


@pytest.mark.parametrize("action", ["watch", "pause", "resume", "cancel"])
def test_a_mailing_that_does_not_exist_is_said_to_be_none(action: str) -> None:
    with pytest.raises(CommandError, match=r"There is no mailing 7\."):
        mailing(action, "7")
