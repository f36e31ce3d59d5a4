import io
import json
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from notification_service.mailings.gateways import endpoint
from notification_service.mailings.models import Gateway
from tests.delivery.wire.certificates import Authority, parts_of
from tests.factories import make_gateway, make_mailing, now
from tests.reasons import held_for, http_status

pytestmark = pytest.mark.django_db
PUBLIC = "http://8.8.8.8"
PUBLIC_TLS = "https://8.8.8.8"


def run(*arguments: str) -> str:
    output = io.StringIO()
    call_command("gateway", *arguments, stdout=output)
    return output.getvalue()


def test_the_command_lists_gateways_and_marks_the_default(settings: Settings) -> None:
    settings.GATEWAY_URL = "http://127.0.0.1:8025"
    make_gateway(name="backup", priority=1, held_at=now(), **held_for(http_status(401)))
    lines = [line.split() for line in run("list").splitlines()[1:]]
    assert lines == [
        ["main", "*", "healthy", "probe_server", "0", "http://127.0.0.1:8025"],
        ["backup", "held", "probe_server", "1", PUBLIC, "(HTTP", "401)"],
    ]


def test_the_command_adds_a_gateway_with_a_token_from_the_standard_input(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.SECRET_KEY_IS_TEMPORARY = False
    monkeypatch.setattr(sys, "stdin", io.StringIO("secret\n"))
    assert "added" in run("set", "backup", "--url", PUBLIC, "--token-stdin", "--max-concurrency", "5")
    gateway = Gateway.objects.get(name="backup")
    assert (endpoint(gateway).token, gateway.max_concurrency) == ("secret", 5)


def test_the_command_changes_only_the_given_options() -> None:
    make_gateway(name="backup", max_requests_per_second=10, priority=3)
    run("set", "backup", "--disable", "--max-requests-per-second", "none")
    gateway = Gateway.objects.get(name="backup")
    assert (gateway.enabled, gateway.max_requests_per_second, gateway.priority) == (False, None, 3)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("set", "new"), "url: a gateway needs a URL"),
        (("set", "new", "--url", "http://127.0.0.1"), "url: .* is a private address"),
        (("set", "main", "--url", PUBLIC), "url: the gateway `main`"),
        (("delete", "main"), "cannot be deleted"),
        (("delete", "nobody"), "There is no gateway nobody"),
        (("release", "nobody"), "There is no gateway nobody"),
    ],
)
def test_the_command_explains_a_refusal(arguments: tuple[str, ...], reason: str) -> None:
    with pytest.raises(CommandError, match=reason):
        run(*arguments)


def test_the_command_releases_a_held_gateway() -> None:
    gateway = make_gateway(held_at=now(), probe_at=now().replace(year=2100))
    assert "at once" in run("release", gateway.name)
    gateway.refresh_from_db()
    assert gateway.probe_at is not None
    assert gateway.probe_at <= now()


def test_the_command_deletes_an_unused_gateway() -> None:
    free, used = make_gateway(), make_gateway()
    make_mailing(gateway=used)
    run("delete", free.name)
    with pytest.raises(CommandError, match="Disable it instead"):
        run("delete", used.name)
    assert not Gateway.objects.filter(pk=free.pk).exists()


def test_the_command_adds_a_gateway_by_the_settings_of_a_provider(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path
) -> None:
    settings.SECRET_KEY_IS_TEMPORARY = False
    monkeypatch.setattr(sys, "stdin", io.StringIO("login:password\n"))
    assert "smsc " in run("provider")
    file = tmp_path / "config.json"
    file.write_text(run("provider", "smsc").replace("https://smsc.ru", "https://8.8.8.8"))
    arguments = ("--kind", "http", "--config", str(file), "--token-stdin")
    assert "added" in run("set", "smsc", *arguments)
    gateway = Gateway.objects.get(name="smsc")
    assert (gateway.kind, gateway.url, gateway.config) == ("http", PUBLIC_TLS, json.loads(file.read_text()))


def test_the_command_tells_each_fault_of_settings(tmp_path: Path) -> None:
    file = tmp_path / "config.json"
    file.write_text('{"url": "https://8.8.8.8/{{fone}}", "accepted": [{"status": ["ok"]}]}')
    with pytest.raises(CommandError) as raised:
        run("set", "shop", "--kind", "http", "--config", str(file))
    lines = [line.partition(":")[0] for line in str(raised.value).splitlines()]
    assert lines == ["config/url", "config/accepted/0/status"]


@pytest.mark.parametrize(
    ("text", "reason"), [(None, "cannot be read"), ("{", "is not JSON"), ('{"a": 1, "a": 2}', "is not JSON")]
)
def test_the_command_refuses_a_file_without_settings(tmp_path: Path, text: str | None, reason: str) -> None:
    file = tmp_path / "config.json"
    if text is not None:
        file.write_text(text)
    with pytest.raises(CommandError, match=reason):
        run("set", "shop", "--kind", "http", "--config", str(file))


def test_the_command_sets_and_removes_certificates(tmp_path: Path, settings: Settings) -> None:
    settings.SECRET_KEY_IS_TEMPORARY = False
    certificate, key = parts_of(Authority(tmp_path).issue("service"))
    (tmp_path / "own.pem").write_text(certificate)
    (tmp_path / "own.key").write_text(key)
    make_gateway(name="bank")
    run("set", "bank", "--tls-certificate", f"{tmp_path}/own.pem", "--tls-key", f"{tmp_path}/own.key")
    found = endpoint(Gateway.objects.get(name="bank"))
    assert (found.certificate, found.key) == (certificate, key)
    run("set", "bank", "--tls-certificate", "none")
    assert Gateway.objects.get(name="bank").tls_key_encrypted is None
