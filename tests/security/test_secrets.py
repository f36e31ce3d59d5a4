"""Secrets are in nothing that comes out of a web server: no answer, no log, no metric, no document."""

import os
from pathlib import Path
from urllib.parse import urlencode

import pytest

from notification_service.access.models import ApiKey
from tests.console.conftest import make_person
from tests.journeys.conftest import database_conninfo
from tests.journeys.forked import manage
from tests.security.web_server import FORM, WebServer, running

PLANTED = {
    name: f"planted-{name.lower().replace('_', '-')}-0123456789abcdef"
    for name in ("SECRET_KEY", "GATEWAY_TOKEN", "METRICS_TOKEN", "OIDC_CLIENT_SECRET")
}
PASSWORD, KEY = "planted-password-0123456789", "ns_planted-key-0123456789abcdef"
DATABASE_PASSWORD, BROKER_PASSWORD = "planted-database-0123456789", "planted-broker-0123456789"
BROKER_URL = f"amqp://user:{BROKER_PASSWORD}@127.0.0.1:1//"
OIDC = {"OIDC_ISSUER": "http://127.0.0.1:1/", "OIDC_CLIENT_ID": "id", "OIDC_ROLE_VIEWER": "staff"}


def everything_that_comes_out(server: WebServer, key: str) -> bytes:
    """Answers to requests of all kinds, most of which fail, and the log of it all."""
    bearer = f"Authorization: Bearer {key}"
    form = urlencode({"username": "viewer", "password": PASSWORD}).encode()
    json = ("Content-Type: application/json", bearer)
    said = [
        server.ask(f"GET {path}", bearer)[1]
        for path in ("/api/", "/api/gateways/", "/api/clients/?x=1", "/openapi.json", "/docs/", "/nowhere/")
    ]
    said += [
        server.ask(f"GET /{path}")[1]
        for path in ("health/ready", "login/oidc/", "login/oidc/callback/?code=1")
    ]
    said += [
        server.ask("GET /metrics", f"Authorization: Bearer {PLANTED['METRICS_TOKEN']}")[1],
        server.ask("GET /api/clients/", f"Authorization: Bearer {KEY}")[1],
        server.ask("POST /login/", FORM, f"Content-Length: {len(form)}", body=form)[1],
        server.ask("POST /api/mailings/", *json, "Content-Length: 2", body=b"{]")[1],
        server.ask("POST /api/mailings/", *json, "Content-Length: 2", body=b"{}")[1],
    ]
    return b"".join(said) + server.log_path.read_bytes()


def secrets_in(output: bytes, *more: str) -> set[str]:
    secrets = {*PLANTED.values(), PASSWORD, KEY, DATABASE_PASSWORD, BROKER_PASSWORD, *more}
    return {secret for secret in secrets if secret.encode() in output}


def test_a_working_server_reveals_no_secret(transactional_db: None, tmp_path: Path) -> None:
    make_person("viewer")
    key = ApiKey.issue(name="program", scope="write", pii=True)[1]
    environment = {**PLANTED, **OIDC, "BROKER_URL": BROKER_URL, "DATABASE_URL": database_conninfo()}
    with running(tmp_path, **environment) as server:
        output = everything_that_comes_out(server, key)
    assert b"notifications_database_up" in output
    assert secrets_in(output, key) == set()


def test_a_server_without_its_database_reveals_no_secret(tmp_path: Path) -> None:
    url = f"postgresql://user:{DATABASE_PASSWORD}@127.0.0.1:1/none"
    with running(tmp_path, **PLANTED, **OIDC, BROKER_URL=BROKER_URL, DATABASE_URL=url) as server:
        output = everything_that_comes_out(server, KEY)
    assert b"Traceback" in output
    assert b"connection" in output
    assert secrets_in(output) == set()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", f"postgresql://user:{DATABASE_PASSWORD}%zz@host/name"),
        ("DATABASE_URL", f"mysql://user:{DATABASE_PASSWORD}@host/name"),
        ("BROKER_URL", f"kafka://user:{BROKER_PASSWORD}@host//"),
        ("GATEWAY_URL", f"ftp://user:{PASSWORD}@host/"),
    ],
)
def test_a_wrong_setting_is_named_without_its_value(name: str, value: str) -> None:
    refused = manage("check", environment=os.environ | {name: value})
    assert refused.returncode == 1
    assert name in refused.stderr
    assert secrets_in((refused.stdout + refused.stderr).encode()) == set()
