"""What a type checker tells the authors of programs; `make check` reads it, nothing runs it."""

from collections.abc import AsyncIterator, Iterator
from typing import assert_type

from notification_service_client import AsyncClient, AudienceFilter, Client
from notification_service_client.models import Client as ClientRow
from notification_service_client.models import ImportResult, Mailing, MailingInfo, Message


def with_a_client(service: Client) -> None:
    assert_type(service.clients.get(1), ClientRow)
    assert_type(service.clients.list(tag="vip"), Iterator[ClientRow])
    assert_type(service.clients.import_csv(b""), ImportResult)
    assert_type(service.mailings.update(1, text="Bye", gateway=None), Mailing)
    assert_type(service.mailings.audience(AudienceFilter()).clients, int)
    service.clients.create(phone="79160000001")  # type: ignore[call-arg]  # the zone is required
    service.clients.update(1, telephone="79160000001")  # type: ignore[call-arg]
    service.mailings.list(status="done")  # type: ignore[arg-type]


async def with_an_async_client(service: AsyncClient) -> None:
    assert_type(await service.clients.get(1), ClientRow)
    assert_type(await service.mailings.info(1), MailingInfo)
    assert_type(service.messages.list(mailing=1), AsyncIterator[Message])
    await service.clients.delete(1)
