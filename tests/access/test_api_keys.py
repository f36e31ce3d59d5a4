from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from notification_service.access.models import ApiKey
from tests.api.conftest import Api

pytestmark = pytest.mark.django_db


def test_the_database_keeps_only_a_prefix_and_a_hash_of_a_key() -> None:
    row, key = ApiKey.issue(name="shop", scope="read")
    assert key.startswith(row.prefix)
    assert len(key) - len(row.prefix) >= 35
    assert len(row.key_hash) == 64
    assert key not in str(vars(row))


def test_no_two_keys_are_equal() -> None:
    keys = {ApiKey.issue(name="shop", scope="read")[1] for _ in range(100)}
    assert len(keys) == 100


def test_a_key_with_an_unknown_scope_is_refused() -> None:
    with pytest.raises(ValueError, match="root"):
        ApiKey.issue(name="shop", scope="root")


@pytest.mark.parametrize(("scope", "status"), [("read", 403), ("write", 400)])
def test_the_command_prints_a_working_key_of_the_scope(
    capsys: pytest.CaptureFixture[str], scope: str, status: int
) -> None:
    call_command("create_api_key", "shop", scope=scope)
    printed = capsys.readouterr().out
    assert printed.count("\n") == 1
    assert Api(printed.strip()).post("/api/clients/", {}).status_code == status


def test_a_key_of_the_command_sees_whole_phones_only_if_it_says_so(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for options in ([], ["--pii"]):
        call_command("create_api_key", "shop", "--scope", "send", *options)
    assert list(ApiKey.objects.order_by("pk").values_list("pii", flat=True)) == [False, True]


def test_a_key_that_sends_reaches_no_clients(capsys: pytest.CaptureFixture[str]) -> None:
    program = Api(ApiKey.issue(name="shop", scope="send")[1])
    assert program.post("/api/v1/messages/", {"phone": "79161234567", "text": "x"}).status_code == 202
    reached = [program.get(f"/api/v1/{name}/").status_code for name in ("messages", "mailings", "clients")]
    assert reached == [200, 200, 403]


@pytest.mark.parametrize("name", ["", " ", "x" * 101])
def test_the_command_refuses_an_empty_or_long_name(name: str) -> None:
    with pytest.raises(CommandError, match="1 to 100 characters"):
        call_command("create_api_key", name, scope="read")


def test_the_command_creates_a_key_that_expires() -> None:
    call_command("create_api_key", "shop", scope="read", expires_days=30)
    key = ApiKey.objects.get()
    assert key.expires_at is not None
    assert key.expires_at - key.created_at == pytest.approx(timedelta(days=30), abs=timedelta(seconds=5))


@pytest.mark.parametrize("days", [0, -1, 3651])
def test_the_command_refuses_an_expiry_outside_its_range(days: int) -> None:
    with pytest.raises(CommandError, match="1 to 3650"):
        call_command("create_api_key", "shop", scope="read", expires_days=days)
