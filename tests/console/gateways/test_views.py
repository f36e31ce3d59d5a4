"""The gateways' screen: what it shows, what an administrator changes there, what is refused and why."""

import json
import re
from collections.abc import Callable
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from notification_service.mailings.gateways import (
    GatewayFault,
    GatewayUnusable,
    decrypt_token,
    encrypt_token,
    endpoint,
    note_usability,
    save_gateway,
)
from notification_service.mailings.gateways.http.providers import providers
from notification_service.mailings.models import Gateway, GatewayIncident, TestSend
from tests.delivery.wire.certificates import Authority, parts_of
from tests.factories import (
    make_gateway,
    make_gateway_use,
    make_mailing,
    make_message,
    make_messages,
    make_running_mailing,
    now,
)
from tests.mailings.gateways.http.configs import changed
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
        "backup paused",
        "Sending is paused: HTTP 401.",
        "check its token",
        "3 messages of 1 mailing",
        "84 ms",
    ):
        assert part in words
    assert "50 a second , 8 concurrent Timeouts 5 s in all" in words


@pytest.mark.parametrize(
    ("language", "words"), [("en", "The variable is not set."), ("ru", "Переменная не задана.")]
)
def test_the_list_says_why_workers_cannot_use_a_gateway(logged_in: LogIn, language: str, words: str) -> None:
    gateway = make_gateway(name="backup")
    unset = GatewayUnusable(GatewayFault.VARIABLE_MISSING, "GATEWAY_TOKEN_B is not set")
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


def test_what_waits_for_its_hours_does_not_wait_for_the_gateway(operator: Browser) -> None:
    gateway = make_gateway(name="backup", held_at=now(), **held_for(http_status(503)))
    mailing = make_running_mailing(gateway=gateway, window_from=time(9), window_to=time(21))
    make_messages(mailing, 2)
    make_messages(mailing, 3, next_attempt_at=(now() + timedelta(hours=5)).replace(microsecond=0))
    make_message(mailing, next_attempt_at=(now() + timedelta(seconds=30)).replace(microsecond=5))  # a retry
    assert "3 messages of 1 mailing Waiting for sending hours: 3 messages." in words_of(operator)
    overview = words_of(operator, "/")
    assert "Waiting for it: 3 messages. Waiting for sending hours: 3 messages." in overview


@pytest.mark.parametrize(
    ("allowed", "words"),
    [(64, "Concurrent requests up to 64 requests"), (16, "Concurrent requests 16 of 64, because it is slow")],
    ids=["idle", "slowed"],
)
def test_what_a_gateway_is_allowed_does_not_look_like_what_is_under_way(
    operator: Browser, allowed: int, words: str
) -> None:
    make_gateway_use(Gateway.objects.get(), concurrency=allowed, full_concurrency=64)
    assert words in words_of(operator)


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
        ({"name": "Бэкап"}, "Lowercase letters a to z"),
        ({"name": "main"}, "Another gateway has this name."),
        ({"url": "ftp://8.8.8.8"}, "Write http:// or https://"),
        ({"url": "http://10.0.0.1"}, "This is a private address."),
        ({"url": "http://8.8.8.8:0"}, "The port must be 1 to 65535."),
        ({"url": "http://8.8"}, "write IPv4 as four decimal numbers"),
        ({"url": "http://no-such-host.invalid"}, "No address is found for this name."),
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


@pytest.mark.parametrize("concurrency", ["0", "7"])
def test_a_refused_gateway_form_explains_all_that_is_wrong(administrator: Browser, concurrency: str) -> None:
    wrong = {"name": "main", "url": "http://10.0.0.1", "token": "жетон", "max_concurrency": concurrency}
    form = administrator.post(reverse("console:gateway-new"), filled_in(**wrong)).context["form"]
    expected = {*wrong} - ({"max_concurrency"} if concurrency == "7" else set())
    assert ({*form.errors}, {len(errors) for errors in form.errors.values()}) == (expected, {1})


def test_a_field_without_an_address_is_refused_once(administrator: Browser) -> None:
    form = administrator.post(reverse("console:gateway-new"), filled_in(url="")).context["form"]
    assert form.errors == {"url": ["This field is required."]}


def test_only_a_token_that_is_kept_can_stay_as_it_is(administrator: Browser) -> None:
    words = "Leave empty to keep the present one."
    assert words not in administrator.get(reverse("console:gateway-new")).content.decode()
    kept = make_gateway(token_encrypted=encrypt_token("kept"))
    assert words in administrator.get(reverse("console:gateway", args=[kept.pk])).content.decode()


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


TRIED = {
    "waits": ({}, "It will be tried with the next message: none is waiting for it now."),
    "is under way": ({"probing_since": now()}, "It is being tried: a message is on its way to it."),
    "failed": ({"probe_at": now().replace(year=2099)}, "It was tried and still does not work: HTTP 503."),
    "worked": ({"held_at": None, "probe_at": None}, "It was tried and works: sending has resumed."),
}


@pytest.mark.parametrize(("then", "words"), TRIED.values(), ids=TRIED)
def test_the_page_tells_what_came_of_trying_a_gateway(
    administrator: Browser, then: dict[str, Any], words: str
) -> None:
    gateway = make_gateway(held_at=now(), probe_at=now(), **held_for(http_status(503)))
    sent = administrator.post(reverse("console:gateway-release", args=[gateway.pk]))
    Gateway.objects.filter(pk=gateway.pk).update(**then)
    page = administrator.get(sent["Location"]).content.decode()
    assert words in page
    (live,) = re.findall(r'hx-get="([^"]+)"', page)
    assert words in administrator.get(live.replace("&amp;", "&")).content.decode()
    assert words not in administrator.get(LIST).content.decode()


def test_a_gateway_that_messages_wait_for_is_tried_by_a_free_worker(administrator: Browser) -> None:
    gateway = make_gateway(held_at=now(), probe_at=now(), **held_for(http_status(503)))
    make_messages(make_running_mailing(gateway=gateway), 2)
    sent = administrator.post(reverse("console:gateway-release", args=[gateway.pk]))
    page = administrator.get(sent["Location"]).content.decode()
    assert "It will be tried as soon as a worker is free and a message may be sent." in page


@pytest.mark.parametrize("at", ["", "x", "0", "9" * 18])
def test_the_page_tells_nothing_of_a_trial_of_long_ago(administrator: Browser, at: str) -> None:
    gateway = make_gateway(held_at=now(), **held_for(http_status(503)))
    page = administrator.get(LIST, {"tried": str(gateway.pk), "at": at}).content.decode()
    assert "tried-" not in page


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


def hold_and_release(gateway: Gateway, times: int) -> None:
    """Each time of an incident of its own, an hour after the other."""
    for hours in range(times, 0, -1):
        began_at = now() - timedelta(hours=hours)
        GatewayIncident.objects.create(
            gateway=gateway,
            began_at=began_at,
            ended_at=began_at + timedelta(minutes=12),
            holds=3,
            **http_status(503).columns,
        )


def test_a_viewer_sees_when_a_gateway_took_nothing_and_which_mailings_that_touched(logged_in: LogIn) -> None:
    gateway = Gateway.objects.get()
    mailing = make_running_mailing(started_at=now() - timedelta(hours=2))
    hold_and_release(gateway, 1)
    viewer = logged_in("viewer")
    assert "HTTP 503 from " in words_of(viewer)
    assert "paused 3 times" in words_of(viewer)
    words = words_of(viewer, f"{LIST}{gateway.pk}/incidents/")
    assert f"12 minutes HTTP 503 3 #{mailing.pk}" in words


def test_incidents_take_as_many_queries_for_three_as_for_one(logged_in: LogIn) -> None:
    gateway, viewer = Gateway.objects.get(), logged_in("viewer")
    counts = []
    for times in (1, 2):
        hold_and_release(gateway, times)
        for path in (LIST, f"{LIST}{gateway.pk}/incidents/"):
            with CaptureQueriesContext(connection) as queries:
                assert viewer.get(path).status_code == 200
            counts.append(len(queries))
    assert counts[:2] == counts[2:]


HTTP = {
    "name": "shop",
    "kind": "http",
    "url": "",
    "token": "secret",
    "config": json.dumps(changed(url="https://8.8.8.8/?to={{phone}}")),
}


@pytest.mark.parametrize("name", providers())
def test_a_new_gateway_can_begin_with_a_providers_settings(administrator: Browser, name: str) -> None:
    page = administrator.get(reverse("console:gateway-new"), {"provider": name})
    form = page.context["form"]
    assert (form["kind"].value(), form["name"].value()) == ("http", name)
    assert json.loads(form["config"].value()) == providers()[name].config
    assert providers()[name].title in page.content.decode()


def test_a_gateway_is_added_by_settings_alone(administrator: Browser, settings: Settings) -> None:
    settings.SECRET_KEY_IS_TEMPORARY = False
    answer = administrator.post(reverse("console:gateway-new"), filled_in(**HTTP))
    assert answer.status_code == 302, answer.context["form"].errors
    gateway = Gateway.objects.get(name="shop")
    assert (gateway.kind, gateway.url, gateway.config) == (
        "http",
        "https://8.8.8.8",
        json.loads(HTTP["config"]),
    )


def test_opened_settings_are_shown_in_order_and_saved_unchanged(
    administrator: Browser, settings: Settings
) -> None:
    settings.SECRET_KEY_IS_TEMPORARY = False
    administrator.post(reverse("console:gateway-new"), filled_in(**HTTP))
    gateway = Gateway.objects.get(name="shop")
    sent = opened(administrator, gateway)
    assert list(json.loads(sent["config"])) == list(json.loads(HTTP["config"]))
    path = reverse("console:gateway", args=[gateway.pk])
    assert administrator.post(path, sent | {"priority": "9"}).status_code == 302
    gateway.refresh_from_db()
    assert (gateway.priority, gateway.config) == (9, json.loads(HTTP["config"]))


def test_each_fault_of_settings_is_shown_with_its_place(administrator: Browser) -> None:
    wrong = changed(url="https://8.8.8.8/", provider_id="id", headers={"A": "{{fone}}"})
    fields = filled_in(**HTTP | {"config": json.dumps(wrong)})
    errors = administrator.post(reverse("console:gateway-new"), fields).context["form"].errors
    assert [error.partition(":")[0] for error in errors["config"]] == ["/headers/A", "/provider_id"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "This is not JSON: see line 1, column 2."),
        ('{"a": 1,\n "a": 2}', "“a” occurs twice."),
        ("[" * 30_000, "This is nested too deeply."),
        ("", "Enter the settings, or begin with those of a provider."),
    ],
    ids=["a brace", "a name twice", "nested", "empty"],
)
def test_settings_that_are_not_read_are_refused(administrator: Browser, text: str, words: str) -> None:
    fields = filled_in(**HTTP | {"config": text})
    form = administrator.post(reverse("console:gateway-new"), fields).context["form"]
    assert form.errors["config"] == [words]
    assert form["config"].value() == text


def test_a_key_is_stored_and_never_shown(administrator: Browser, settings: Settings, tmp_path: Path) -> None:
    settings.SECRET_KEY_IS_TEMPORARY = False
    certificate, key = parts_of(Authority(tmp_path).issue("service"))
    gateway = make_gateway(name="bank")
    path = reverse("console:gateway", args=[gateway.pk])
    tls = {"tls_certificate": certificate, "tls_key": key}
    answer = administrator.post(path, opened(administrator, gateway) | tls | {"priority": "x"})
    assert key.splitlines()[1] not in answer.content.decode()
    assert administrator.post(path, opened(administrator, gateway) | tls).status_code == 302
    assert b"PRIVATE" not in administrator.get(path).content
    gateway.refresh_from_db()
    assert endpoint(gateway).key.strip() == key.strip()


def test_a_gateway_is_tried_from_its_page(administrator: Browser) -> None:
    gateway = make_gateway(name="shop")
    page = administrator.get(reverse("console:gateway", args=[gateway.pk])).content.decode()
    key = re.search(r'name="key" value="([^"]+)"', page)
    assert key is not None
    body = {"gateway": gateway.pk, "key": key[1], "test_send_phone": "79161234567", "text": "Hello"}
    administrator.post(reverse("console:test-sends"), body)
    test_send = TestSend.objects.get(key=key[1])
    assert (test_send.gateway, test_send.phone, test_send.text) == (gateway, "79161234567", "Hello")
    request = "POST https://sms.example/\nX-Key: ***\n\n<b>Hello</b>"
    answer = {"request": request, "response_status": 201, "response": "{}", "provider_id": "SM1"}
    ended = {"status": "sent", "finished_at": now(), "phone": "", "text": "", **answer}
    TestSend.objects.filter(pk=test_send.pk).update(**ended)
    shown = administrator.get(reverse("console:test-send", args=[key[1]])).content.decode()
    for part in ("X-Key: ***", "&lt;b&gt;Hello", "HTTP 201", "SM1"):
        assert part in shown
