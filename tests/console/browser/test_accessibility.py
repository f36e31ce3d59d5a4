from datetime import time
from typing import Any

import pytest

from notification_service.audit.actions import Action
from notification_service.audit.log import record
from notification_service.audit.models import Entry
from notification_service.directory.importing.uploads.incoming import IncomingFile
from notification_service.directory.models import ClientUpload
from notification_service.mailings import lifecycle
from notification_service.mailings.contact_hours import set_contact_hours
from notification_service.mailings.gateways import replace_receipt_key
from notification_service.mailings.models import Gateway, Mailing
from notification_service.mailings.receipts import Receipt, record_receipts
from notification_service.mailings.replies import keep_reply
from notification_service.mailings.templates import create_template
from notification_service.webhooks.changes import create_webhook
from notification_service.webhooks.events import Event
from notification_service.webhooks.models import Webhook, WebhookDelivery
from tests.console.browser.conftest import log_in
from tests.factories import (
    consent,
    make_attempt,
    make_client,
    make_gateway,
    make_gateway_use,
    make_mailing,
    make_message,
    make_running_mailing,
    make_segment,
    now,
    opt_out,
)
from tests.reasons import http_status

STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
BUILT = {
    "all": [
        {"field": "attributes.a-long-name-" + "x" * 60, "op": "gt", "value": 3},
        {"any": [{"field": "created_at", "op": "lt", "value": "2026-01-01T00:00:00+00:00"}] * 2},
    ]
}
SCHEMES, WIDTHS = ("light", "dark"), (375, 1440, 1920)


def screens() -> list[str]:
    mailing = make_running_mailing(text="Ж" * 300, window_from="09:00", window_to="21:00")
    set_contact_hours(window_days=["mon", "tue", "wed", "fri"], window_holidays="RU")
    make_mailing()
    sent = make_message(mailing, status="sent", attempts=1, provider_id="a-long-id-" * 20)
    told = "a-long-word-" * 16
    record_receipts(main_gateway().pk, [Receipt("undelivered", message_id=sent.pk, reason=told)])
    keep_reply(main_gateway(), phone="79161234567", text="a-long-word-" * 40, at=now())
    client = make_client(tag="a-tag-" * 20)
    message = make_message(mailing, client)
    make_attempt(message, http_status=503, response="busy")
    lifecycle.update_mailing(mailing.pk, text="a-long-word-" * 40, window_to=time(20))
    record(Action.KEY_CREATED, object_id=1, object_name="a-long-name-" * 20, filters={"tag": "x" * 200})
    entries = [f"/settings/audit/{pk}/" for pk in Entry.objects.values_list("pk", flat=True)]
    said, given = opt_out(client.phone), consent(client.phone, evidence="a-long-word-" * 40)
    held = make_gateway(name="a-long-name-" * 5)
    replace_receipt_key(held.pk)
    Gateway.objects.filter(pk=held.pk).update(held_at=now(), held_reason="connection_refused")
    ended = make_ended_mailing(held)
    make_gateway_use(make_gateway(max_requests_per_second=50, enabled=False), latency_ms=84)
    one = f"/mailings/{mailing.pk}/"
    template = create_template(name="a-long-name-" * 5, text="{{name}} " + "a-long-word-" * 40)
    built, deep = make_mailing(where=BUILT, exclude={"where": BUILT}), make_mailing(where={"not": BUILT})
    segment = make_segment(name="a-long-name-" * 5, filter={"where": BUILT})
    make_mailing(segment=segment.name)
    told = f"/settings/webhooks/{make_webhook().pk}/"
    return [
        *("/mailings/templates/", "/mailings/templates/new/", f"/mailings/templates/{template.pk}/"),
        *("/", "/mailings/", one, f"{one}cancel/", f"{one}edit/", "/mailings/new/", "/messages/"),
        f"/messages/{message.pk}/proof/",
        *(f"/messages/{message.pk}/", "/clients/", f"/clients/{message.client_id}/", "/search/?q=1"),
        *(f"/clients/{message.client_id}/edit/", "/settings/people/", "/settings/people/new/"),
        *("/settings/contact-hours/", "/settings/audit/", "/settings/audit/?actor=nobody", *entries),
        *("/settings/gateways/", "/settings/gateways/new/", f"/settings/gateways/{held.pk}/"),
        f"/settings/gateways/{held.pk}/incidents/",
        *(f"/mailings/{ended.pk}/", f"/mailings/new/?from={ended.pk}&outcome_of=failed,expired"),
        *(f"/mailings/{built.pk}/edit/", f"/mailings/{deep.pk}/edit/", "/segments/", "/segments/new/"),
        *(f"/segments/{segment.pk}/", f"/segments/{segment.pk}/delete/"),
        *("/settings/webhooks/", "/settings/webhooks/new/", *(f"{told}{page}" for page in ("", "edit/"))),
        *("/settings/keys/", "/password_change/", "/clients/new/", "/clients/imports/"),
        *("/replies/", f"/messages/{sent.pk}/"),
        *("/opt-outs/", "/consents/", f"/opt-outs/{said.pk}/end/", f"/consents/{given.pk}/end/"),
        *(f"/opt-outs/new/?client={message.client_id}", "/consents/new/", "/opt-outs/import/"),
        *("/clients/bulk/", "/clients/bulk/new/"),
        *(f"/clients/{message.client_id}/delete/", *(f"/clients/imports/{pk}/" for pk in make_uploads())),
    ]


def main_gateway() -> Gateway:
    return Gateway.objects.get(name="main")


def make_webhook() -> Webhook:
    """One that the service has disabled, with a delivery of each status, and long words of the receiver's."""
    webhook, _ = create_webhook(url=f"https://8.8.8.8/{'a-long-name-' * 9}", events=list(Event))
    made = {
        "webhook": webhook,
        "event": "messages.final",
        "queue": 1,
        "ids": [1],
        "response": "a-long-word-" * 20,
    }
    failed = {"http_status": 500, **http_status(500).columns}
    WebhookDelivery.objects.create(**made, status="failed", ended_at=now(), attempts=900, **failed)
    WebhookDelivery.objects.create(**made, status="delivered", ended_at=now(), attempts=1, http_status=200)
    WebhookDelivery.objects.create(**made, attempts=2, attempted_at=now(), **failed)
    Webhook.objects.filter(pk=webhook.pk).update(enabled=False, disabled_by="failing", disabled_at=now())
    return webhook


def make_ended_mailing(gateway: Gateway) -> Mailing:
    """Through a gateway that is held, with messages that nobody got, and long words of the gateway's."""
    mailing = make_running_mailing(gateway=gateway)
    failed = make_message(mailing, status="failed", **http_status(400).columns)
    make_attempt(failed, outcome="failed", response="a-long-word-" * 20, **http_status(400).columns)
    make_message(mailing, status="expired", reason="deadline_passed", error="connection_refused")
    make_message(mailing)
    return mailing


def make_uploads() -> list[int]:
    """One that waits to be started, with a column that has a long name, and one that runs."""
    uploads = []
    for name in ("a-long-name-" * 8, "other"):
        arrival = IncomingFile(file_name=f"{name}.csv", by="operator")
        arrival.write(f"phone,timezone,{name}\n79160000001,Europe/Moscow,x\n8916,Mars,y\n".encode())
        uploads.append(arrival.finish().pk)
    ClientUpload.objects.filter(pk=uploads[1]).update(status="running", bytes_done=40, created=1)
    return uploads


@pytest.mark.parametrize("half", [0, 1])
def test_every_screen_is_accessible_in_light_and_dark_and_fits_the_window(page: Any, half: int) -> None:
    """Each is loaded once: its colours and its width change while it is there."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    log_in(page, "administrator")
    found: dict[tuple[str, str | int], Any] = {}
    for path in screens()[half::2]:
        page.goto(path)
        found |= {(path, scheme): each for scheme in SCHEMES if (each := violations(axe, page, scheme))}
        found |= {(path, width): "wider" for width in WIDTHS if is_wider(page, width)}
    assert found == {}


def test_the_summary_of_a_mailing_is_accessible_and_fits_the_window(page: Any) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    make_client()
    make_mailing(text="a-long-word-" * 40)
    log_in(page, "operator")
    page.goto("/mailings/new/")
    page.get_by_label("Text").fill("a-long-word-" * 40)
    page.get_by_label("Text").press("Tab")
    page.get_by_label("Operator codes").press("Enter")
    page.get_by_label("Yes, send it again").wait_for()
    assert {scheme: violations(axe, page, scheme) for scheme in SCHEMES} == {"light": [], "dark": []}
    assert [width for width in WIDTHS if is_wider(page, width)] == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_login_page_is_accessible(page: Any, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    page.goto("/login/")
    assert violations(axe, page, scheme) == []


def violations(axe: Any, page: Any, scheme: str) -> list[tuple[str, str]]:
    page.set_viewport_size({"width": 1280, "height": 720})
    page.emulate_media(color_scheme=scheme)
    page.wait_for_function(
        "is => document.documentElement.classList.contains('dark') === is", arg=scheme == "dark"
    )
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe.axe_script)
    options = {"runOnly": {"type": "tag", "values": STANDARDS}, "resultTypes": ["violations"]}
    results = page.evaluate("options => axe.run(options)", options)["violations"]
    return [(each["id"], each["nodes"][0]["html"][:120]) for each in results]


def is_wider(page: Any, width: int) -> bool:
    page.set_viewport_size({"width": width, "height": 800})
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))
