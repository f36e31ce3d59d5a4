"""Every screen of the console, by the name of its picture, from a seeded run."""

from django.db import connection

from notification_service.directory.models import Client, Segment
from notification_service.mailings.contact_hours import set_contact_hours
from notification_service.mailings.heartbeats import record_heartbeat
from notification_service.mailings.models import Gateway, Mailing
from tests.console.browser.pictured import gateways, mailings, people


def seeded_screens() -> dict[str, str]:
    clients = people.make_directory(4_800)
    gateways.make_gateways()
    people.make_segments()
    sale = make_mailings(clients)
    people.speak_up(clients)
    set_contact_hours(window_from="08:00", window_to="22:00", window_holidays="RU")
    record_heartbeat("worker1@vm:1", silent_seconds=0)
    connection.cursor().execute("UPDATE mailings_worker SET seen_at = now() + interval '1 hour'")
    return {
        "overview": "/",
        **of_mailings(sale),
        **of_messages(sale, clients[1]),
        **of_clients(clients[0]),
        **of_settings(sale),
    }


def make_mailings(clients: list[Client]) -> Mailing:
    """The one whose page is shown first."""
    mailings.make_parcels(clients[:1_000], Gateway.objects.get(name="main"))
    mailings.make_maintenance()
    mailings.make_price_list(clients[:1_500])
    sale = mailings.make_sale()
    vip = [client for client in clients if "vip" in client.tags]
    mailings.write_messages(sale, vip, {"sent": 0.62, "failed": 0.02, "sending": 0.03, "pending": 0.33})
    mailings.make_contracts(clients[:1_200])
    mailings.make_reminder(clients[:2_400], Gateway.objects.get(name="slow"))
    return sale


def of_mailings(sale: Mailing) -> dict[str, str]:
    one = f"/mailings/{sale.pk}/"
    ids = dict(Mailing.objects.values_list("name", "pk"))
    return {
        "mailings": "/mailings/",
        "mailing": one,
        "cancel": f"{one}cancel/",
        "delivered": f"/mailings/{ids['Parcels']}/",
        "forecast": f"/mailings/{ids['Payment reminder']}/",
        "not-sent": f"/mailings/{ids['Contracts']}/",
        "again": f"/mailings/new/?from={ids['Contracts']}&outcome_of=failed,expired",
        "new": "/mailings/new/",
        "template": f"/mailings/templates/{mailings.make_templates()}/",
        "templates": "/mailings/templates/",
        "segment": f"/segments/{Segment.objects.get(name='Good buyers').pk}/",
        "segments": "/segments/",
    }


def of_messages(sale: Mailing, client: Client) -> dict[str, str]:
    message = mailings.make_proved(sale)
    return {
        "single": f"/messages/{mailings.make_singles(client).pk}/",
        "messages": "/messages/",
        "message": f"/messages/{message.pk}/",
        "proof": f"/messages/{message.pk}/proof/",
        "replies": "/replies/",
        "search": "/search/?q=parcel",
    }


def of_clients(client: Client) -> dict[str, str]:
    return {
        "clients": "/clients/",
        "client": f"/clients/{client.pk}/",
        "client-edit": f"/clients/{client.pk}/edit/",
        "client-delete": f"/clients/{client.pk}/delete/",
        "bulk-new": "/clients/bulk/new/?tag=vip",
        "bulk": f"/clients/bulk/{people.make_bulk_actions().pk}/",
        "bulk-list": "/clients/bulk/",
        **{f"import-{name}": path for name, path in people.uploads().items()},
        "imports": "/clients/imports/",
        "opt-outs": "/opt-outs/",
        "opt-out-new": f"/opt-outs/new/?client={client.pk}",
        "opt-outs-import": "/opt-outs/import/",
        "consents": "/consents/",
    }


def of_settings(sale: Mailing) -> dict[str, str]:
    pages = {name: f"/settings/gateways/{pk}/" for name, pk in Gateway.objects.values_list("name", "pk")}
    webhook, person = gateways.make_webhooks(sale), gateways.make_people()
    gateways.make_keys()
    return {
        "gateways": "/settings/gateways/",
        "gateway": pages["backup"],
        "gateway-http": "/settings/gateways/new/?provider=twilio",
        "gateway-tried": pages["twilio"],
        "incidents": f"{pages['backup']}incidents/",
        "contact-hours": "/settings/contact-hours/",
        "webhooks": "/settings/webhooks/",
        "webhook": f"/settings/webhooks/{webhook.pk}/",
        "webhook-new": "/settings/webhooks/new/",
        "people": "/settings/people/",
        "person": f"/settings/people/{person.pk}/",
        "keys": "/settings/keys/",
        "audit-entry": f"/settings/audit/{gateways.told(sale).pk}/",
        "audit": "/settings/audit/",
    }
