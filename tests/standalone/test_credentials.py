from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from notification_service.access.models import ApiKey
from notification_service.mailings.gateways import is_receipt_key, replace_receipt_key
from notification_service.mailings.models import Gateway
from notification_service.standalone.credentials import ensure_credentials
from notification_service.standalone.env_file import read_env_file, write_env_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "credentials.env"


def assert_that_all_work(path: Path) -> None:
    known = read_env_file(path)
    assert User.objects.get(username=known["ADMIN_USERNAME"]).check_password(known["ADMIN_PASSWORD"])
    assert ApiKey.objects.matching(known["API_KEY"]) is not None


def test_a_first_start_makes_a_working_administrator_and_key(path: Path) -> None:
    ensure_credentials(path)
    assert_that_all_work(path)


def test_a_second_start_changes_no_credentials(path: Path) -> None:
    ensure_credentials(path)
    first = path.read_bytes()
    ensure_credentials(path)
    assert (path.read_bytes(), User.objects.count(), ApiKey.objects.count()) == (first, 1, 1)


def test_a_crash_before_the_administrator_was_made_loses_no_password(path: Path) -> None:
    write_env_file(path, {"ADMIN_USERNAME": "admin", "ADMIN_PASSWORD": "written-before-the-crash"})
    ensure_credentials(path)
    assert read_env_file(path)["ADMIN_PASSWORD"] == "written-before-the-crash"
    assert_that_all_work(path)


def test_a_key_that_a_crash_kept_out_of_the_file_is_replaced(path: Path) -> None:
    ensure_credentials(path)
    known = read_env_file(path)
    write_env_file(path, {name: value for name, value in known.items() if name != "API_KEY"})
    ensure_credentials(path)
    assert_that_all_work(path)
    assert ApiKey.objects.count() == 1


def test_a_revoked_key_stays_revoked(path: Path) -> None:
    ensure_credentials(path)
    revoked = read_env_file(path)["API_KEY"]
    ApiKey.objects.update(revoked_at=timezone.now())
    ensure_credentials(path)
    assert ApiKey.objects.matching(revoked) is None
    assert_that_all_work(path)


def test_the_password_of_an_existing_administrator_is_left_alone(path: Path) -> None:
    User.objects.create_superuser(username="admin", password="their-own-secret")
    ensure_credentials(path)
    assert set(read_env_file(path)) == {"API_KEY", "RECEIPT_KEY"}
    assert User.objects.get(username="admin").check_password("their-own-secret")


def test_the_receipt_key_of_main_is_kept_and_follows_a_replacement(path: Path) -> None:
    ensure_credentials(path)
    first = read_env_file(path)["RECEIPT_KEY"]
    main = Gateway.objects.get(name="main")
    assert is_receipt_key(main, first)
    second = replace_receipt_key(main.pk)
    ensure_credentials(path)
    assert read_env_file(path)["RECEIPT_KEY"] == second


def test_a_receipt_key_that_cannot_be_read_any_more_goes_on_to_work(path: Path) -> None:
    ensure_credentials(path)
    first = read_env_file(path)["RECEIPT_KEY"]
    write_env_file(path, {})
    Gateway.objects.filter(name="main").update(receipt_key_encrypted=b"of another SECRET_KEY")
    ensure_credentials(path)
    assert "RECEIPT_KEY" not in read_env_file(path)
    assert is_receipt_key(Gateway.objects.get(name="main"), first)
