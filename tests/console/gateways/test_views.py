"""The gateways' screen: what it shows, what an administrator changes there, what is refused and why."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from notification_service.mailings.gateways import (
    GatewayUnusable,
    Problem,
    decrypt_token,
    encrypt_token,
    note_usability,
    save_gateway,
)
from notification_service.mailings.models import Gateway
from tests.factories import (
    make_gateway,
    make_gateway_use,
    make_mailing,
    make_messages,
    make_running_mailing,
    now,
)
from tests.reasons import held_for, http_status

LogIn = Callable[[str], Browser]
LIST = "/settings/gateways/"


@pytest.fixture
def administrator(logged_in: LogIn) -> Browser:
    return logged_in("administrator")


def filled_in(**changes: Any) -> dict[str, Any]:
    fields = {"name": "backup", "kind": "probe_server", "url": "http://8.8.8.8", "priority": "5"}
    return {**fields, "enabled": "on", **changes}


def opened(browser: Browser, gateway: Gateway) -> dict[str, Any]:
    """What a browser would send back of the form as it was opened."""
    form = browser.get(reverse("console:gateway", args=[gateway.pk])).context["form"]
    sent = {}
    for field in form:
        value = field.value()
        if value is not None and value is not False:
            sent[field.html_name] = sent[field.html_initial_name] = "on" if value is True else value
    return sent


def words_of(browser: Browser, path: str = LIST) -> str:
    page = browser.get(path).content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", page.partition("<main")[2]).split())


def test_the_list_shows_the_state_of_a_gateway_and_its_waiting_messages(logged_in: LogIn) -> None:
    gateway = make_gateway(
        name="backup", max_requests_per_second=50, max_concurrency=8, request_timeout_seconds=5, held_at=now()
    )
    Gateway.objects.filter(pk=gateway.pk).update(**held_for(http_status(401)))
    make_gateway_use(gateway, latency_ms=84)
    make_messages(make_running_mailing(gateway=gateway), 3)
    make_messages(make_running_mailing(gateway=gateway, status="paused"), 2)
    words = words_of(logged_in("viewer"))
    for part in (
        "backup held",
        "Sending is paused: HTTP 401.",
        "check its token",
        "3 messages of 1 mailing",
        "84 ms",
    ):
        assert part in words
    assert "50 a second , 8 at once Timeouts in all 5 s" in words


@pytest.mark.parametrize(
    ("language", "words"), [("en", "The variable is not set."), ("ru", "Переменная не задана.")]
)
def test_the_list_says_why_workers_cannot_use_a_gateway(logged_in: LogIn, language: str, words: str) -> None:
    gateway = make_gateway(name="backup")
    unset = GatewayUnusable(Problem.VARIABLE_MISSING, "GATEWAY_TOKEN_B is not set")
    note_usability(gateway.pk, worker="a:1", unusable=unset)
    page = logged_in("viewer").get(LIST, headers={"Accept-Language": language}).content.decode()
    assert words in page
    assert "GATEWAY_TOKEN_B is not set" in page


def test_mailings_without_a_gateway_count_for_the_default_gateway(logged_in: LogIn) -> None:
    make_gateway(priority=9)
    make_messages(make_running_mailing(), 2)
    rows = logged_in("viewer").get(LIST).context["rows"]
    assert [(row.state.is_default, row.running, row.unsent) for row in rows] == [(True, 1, 2), (False, 0, 0)]


def test_a_gateways_page_links_to_its_entries_in_the_log(administrator: Browser) -> None:
    gateway = make_gateway()
    page = administrator.get(reverse("console:gateway", args=[gateway.pk])).content.decode()
    link = f"{reverse('console:audit')}?object=gateway&amp;id={gateway.pk}"
    assert f'href="{link}"' in page
    save_gateway(gateway, enabled=False)
    page_of = administrator.get(link.replace("&amp;", "&")).context["page"]
    assert [entry.object_id for entry in page_of.rows] == [gateway.pk]


def test_the_list_takes_as_many_queries_for_four_gateways_as_for_one_gateway(logged_in: LogIn) -> None:
    browser = logged_in("administrator")
    with CaptureQueriesContext(connection) as one:
        browser.get(LIST)
    for _ in range(3):
        make_messages(make_running_mailing(gateway=make_gateway()), 1)
    with CaptureQueriesContext(connection) as four:
        browser.get(LIST)
    assert len(four) == len(one)


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_only_administrators_find_buttons_and_forms(logged_in: LogIn, role: str) -> None:
    gateway = make_gateway()
    browser = logged_in(role)
    assert "Change" not in words_of(browser)
    for name in ("gateway", "gateway-switch", "gateway-release", "gateway-delete"):
        assert browser.post(reverse(f"console:{name}", args=[gateway.pk])).status_code == 403
    assert browser.post(reverse("console:gateway-new"), filled_in()).status_code == 403


def test_a_gateway_is_added_and_its_token_is_never_shown(administrator: Browser, settings: Any) -> None:
    settings.SECRET_KEY_IS_TEMPORARY = False
    administrator.post(reverse("console:gateway-new"), filled_in(token="s3cret-token"))
    gateway = Gateway.objects.get(name="backup")
    assert gateway.token_encrypted is not None
    assert decrypt_token(gateway.token_encrypted) == "s3cret-token"
    for path in (LIST, reverse("console:gateway", args=[gateway.pk])):
        assert "s3cret-token" not in administrator.get(path).content.decode()


def test_an_empty_token_field_keeps_the_token(administrator: Browser) -> None:
    gateway = make_gateway(token_encrypted=encrypt_token("kept"))
    form = opened(administrator, gateway) | {"max_concurrency": "7", "token": ""}
    administrator.post(reverse("console:gateway", args=[gateway.pk]), form)
    gateway.refresh_from_db()
    assert (gateway.max_concurrency, decrypt_token(gateway.token_encrypted or b"")) == (7, "kept")


def test_a_token_is_removed_on_request(administrator: Browser) -> None:
    gateway = make_gateway(token_encrypted=encrypt_token("kept"))
    form = opened(administrator, gateway) | {"forget_token": "on"}
    administrator.post(reverse("console:gateway", args=[gateway.pk]), form)
    gateway.refresh_from_db()
    assert gateway.token_encrypted is None


def test_a_form_saves_only_the_fields_that_were_edited(administrator: Browser) -> None:
    gateway = make_gateway(priority=3)
    form = opened(administrator, gateway) | {"max_requests_per_second": "20"}
    Gateway.objects.filter(pk=gateway.pk).update(priority=8)
    administrator.post(reverse("console:gateway", args=[gateway.pk]), form)
    gateway.refresh_from_db()
    assert (gateway.priority, gateway.max_requests_per_second) == (8, 20)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "Бэкап"}, "Small letters a to z"),
        ({"name": "main"}, "Another gateway has this name."),
        ({"url": "ftp://8.8.8.8"}, "Write http:// or https://"),
        ({"url": "http://10.0.0.1"}, "This is a private address."),
        ({"url": "http://8.8.8.8:0"}, "The port must be 1 to 65535."),
        ({"url": "http://8.8"}, "write IPv4 as four decimal numbers"),
        ({"url": "http://no-such-host.invalid"}, "No address is known for this name."),
        ({"token": "t", "token_variable": "GATEWAY_TOKEN_B"}, "Give a token or a variable, not both."),
        ({"token_variable": "SECRET_KEY"}, "The name must begin with GATEWAY_TOKEN"),
        ({"token": "жетон"}, "A token has Latin letters"),
        ({"max_concurrency": "0"}, "greater than or equal to 1"),
        ({"request_timeout_seconds": "nan"}, "Enter a number"),
    ],
)
def test_a_refused_gateway_form_explains_the_error_and_adds_nothing(
    administrator: Browser, changes: dict[str, str], words: str
) -> None:
    answer = administrator.post(reverse("console:gateway-new"), filled_in(**changes))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert Gateway.objects.count() == 1


def test_the_form_of_the_main_gateway_lacks_the_fields_set_by_the_environment(administrator: Browser) -> None:
    main = Gateway.objects.get(name="main")
    path = reverse("console:gateway", args=[main.pk])
    assert not {"name", "kind", "url", "token"} & administrator.get(path).context["form"].fields.keys()
    administrator.post(path, opened(administrator, main) | {"priority": "4", "url": "http://8.8.8.8"})
    main.refresh_from_db()
    assert (main.priority, main.url) == (4, "")


def test_a_gateway_is_disabled_and_enabled_with_its_waiting_messages_named(administrator: Browser) -> None:
    gateway = make_gateway()
    make_messages(make_running_mailing(gateway=gateway), 2)
    assert "2 messages of 1 mailing wait until it is enabled" in words_of(administrator)
    path = reverse("console:gateway-switch", args=[gateway.pk])
    administrator.post(path)
    gateway.refresh_from_db()
    assert not gateway.enabled
    administrator.post(path, {"enabled": "yes"})
    gateway.refresh_from_db()
    assert gateway.enabled


def test_a_held_gateway_is_probed_at_once_on_request(administrator: Browser) -> None:
    gateway = make_gateway(held_at=now(), probe_at=now().replace(year=2099))
    administrator.post(reverse("console:gateway-release", args=[gateway.pk]))
    gateway.refresh_from_db()
    assert gateway.held_at is not None  # until it lets us in
    assert gateway.probe_at is not None
    assert gateway.probe_at <= now()


def test_an_unused_gateway_is_deleted_and_a_used_gateway_stays_with_a_reason(administrator: Browser) -> None:
    named, free = make_gateway(), make_gateway()
    make_mailing(gateway=named, status="finished")
    assert "It cannot be deleted because it is used by 1 mailing." in words_of(administrator)
    for gateway in (named, free, Gateway.objects.get(name="main")):
        path = reverse("console:gateway-delete", args=[gateway.pk])
        page = administrator.post(path, follow=True).content.decode()
        assert ("it cannot be deleted" in page) == (gateway != free)
    assert set(Gateway.objects.values_list("name", flat=True)) == {"main", named.name}


def test_a_removed_gateway_is_not_found(administrator: Browser) -> None:
    for name in ("gateway", "gateway-switch", "gateway-release", "gateway-delete"):
        assert administrator.post(reverse(f"console:{name}", args=[99]), filled_in()).status_code == 404


def test_the_overview_leads_to_a_held_gateway(operator: Browser) -> None:
    gateway = make_gateway(name="backup", held_at=now(), **held_for(http_status(503)))
    make_messages(make_running_mailing(gateway=gateway), 2)
    page = operator.get("/").content.decode()
    assert "Waiting for it: 2 messages." in page
    assert f'href="/settings/gateways/#gateway-{gateway.pk}"' in page
