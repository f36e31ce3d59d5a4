from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.core.management import call_command
from django.db.models import F
from django.test import Client as Browser
from django.urls import reverse

from tests.console.conftest import PASSWORD, make_person

pytestmark = pytest.mark.django_db


def log_in(password: str = PASSWORD, username: str = "viewer", **extra: Any) -> Any:
    return Browser().post("/login/", {"username": username, "password": password}, **extra)


def fail_five_times(**extra: Any) -> Any:
    answers = [log_in("wrong", **extra) for _ in range(5)]
    assert [answer.status_code for answer in answers[:4]] == [200] * 4
    return answers[4]


def test_five_wrong_passwords_close_the_login_for_a_quarter_of_an_hour() -> None:
    make_person("viewer")
    answer = fail_five_times()
    assert answer.status_code == 429
    assert 890 <= int(answer["Retry-After"]) <= 900
    assert "You cannot log in from here until" in answer.content.decode()
    assert log_in().status_code == 429  # the right one, too


def test_the_lockout_page_is_in_the_visitors_language() -> None:
    answer = fail_five_times(headers={"Accept-Language": "ru"})
    assert "Слишком много попыток" in answer.content.decode()


def test_an_unknown_user_name_is_locked_like_a_known_one() -> None:
    assert fail_five_times(username="nobody").status_code == 429


def test_a_lock_ends_by_itself_and_further_attempts_do_not_lengthen_it() -> None:
    make_person("viewer")
    fail_five_times()
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=14))
    assert 50 <= int(log_in()["Retry-After"]) <= 60
    AccessAttempt.objects.update(attempt_time=F("attempt_time") - timedelta(minutes=1))
    assert log_in().status_code == 302


def test_a_locked_person_may_log_in_from_another_address() -> None:
    make_person("viewer")
    fail_five_times()
    assert log_in(REMOTE_ADDR="10.1.1.1").status_code == 302


def test_a_forged_forwarding_header_does_not_evade_the_lock() -> None:
    answers = [log_in("wrong", headers={"X-Forwarded-For": f"1.1.1.{n}"}) for n in range(5)]
    assert answers[4].status_code == 429


def test_the_lock_behind_a_proxy_is_for_the_visitors_address(settings: Any) -> None:
    settings.TRUSTED_PROXIES = 1
    make_person("viewer")
    for n in range(5):  # each time another invention in front
        answer = log_in("wrong", headers={"X-Forwarded-For": f"9.9.9.{n}, 1.2.3.4"})
    assert answer.status_code == 429
    assert log_in(headers={"X-Forwarded-For": "1.2.3.5"}).status_code == 302


def test_an_address_that_tries_many_user_names_is_locked() -> None:
    answers = [log_in("wrong", username=f"name{n}") for n in range(21)]
    assert [answer.status_code for answer in answers] == [200] * 20 + [429]


def test_a_successful_login_resets_the_count_of_failures() -> None:
    make_person("viewer")
    for _ in range(3):
        for _ in range(3):
            log_in("wrong")
        assert log_in().status_code == 302


def test_an_administrator_sees_and_ends_a_lock(logged_in: Callable[[str], Browser]) -> None:
    administrator, person = logged_in("administrator"), make_person("viewer")
    fail_five_times()
    assert "locked until" in administrator.get(reverse("console:people")).content.decode()
    administrator.post(reverse("console:person-unlock", args=[person.pk]))
    assert "locked until" not in administrator.get(reverse("console:people")).content.decode()
    assert log_in().status_code == 302


def test_the_axes_reset_command_ends_a_lock(capsys: pytest.CaptureFixture[str]) -> None:
    make_person("viewer")
    fail_five_times()
    call_command("axes_reset")
    assert log_in().status_code == 302
