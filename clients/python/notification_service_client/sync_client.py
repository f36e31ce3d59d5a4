"""The synchronous client."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import wraps
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar

import httpx

from notification_service_client.connection import Connection
from notification_service_client.describe import (
    clients,
    consents,
    contact_hours,
    gateways,
    inbound,
    mailings,
    messages,
    opt_outs,
    segments,
    templates,
    webhooks,
)
from notification_service_client.errors import no_response
from notification_service_client.request import Request, read_page, read_response
from notification_service_client.retries import Retries

P = ParamSpec("P")
T = TypeVar("T")


class Transport:
    def __init__(self, connection: Connection, http: httpx.Client) -> None:
        self.connection, self.http = connection, http

    def call(self, describe: Callable[P, Request[T]]) -> Callable[P, T]:
        @wraps(describe)
        def call(*args: P.args, **kwargs: P.kwargs) -> T:
            request = describe(*args, **kwargs)
            return read_response(request, self.send(request))

        return call

    def pages(self, describe: Callable[P, Request[T]]) -> Callable[P, Iterator[T]]:
        @wraps(describe)
        def rows(*args: P.args, **kwargs: P.kwargs) -> Iterator[T]:
            request = describe(*args, **kwargs)
            while True:
                page = read_page(request, self.send(request))
                yield from page.results
                if page.next is None:
                    return
                request = replace(request, query=page.next)

        return rows

    def send(self, request: Request[Any]) -> httpx.Response:
        retries, attempt = self.connection.retries, 0
        while True:
            attempt += 1
            try:
                response = self.http.request(**self.connection.arguments(request))
            except httpx.RequestError as error:
                wait = retries.wait_after_error(error, attempt=attempt, repeatable=request.repeatable)
                if wait is None:
                    raise no_response(self.connection.url, error) from error
            else:
                wait = retries.wait_after_response(response, attempt=attempt, repeatable=request.repeatable)
                if wait is None:
                    return response
            time.sleep(wait)


class Clients:
    def __init__(self, transport: Transport) -> None:
        self.create = transport.call(clients.create)
        self.get = transport.call(clients.get)
        self.put = transport.call(clients.put)
        self.update = transport.call(clients.update)
        self.delete = transport.call(clients.delete)
        self.list = transport.pages(clients.every)
        self.import_csv = transport.call(clients.import_csv)


class Mailings:
    def __init__(self, transport: Transport) -> None:
        self.create = transport.call(mailings.create)
        self.get = transport.call(mailings.get)
        self.update = transport.call(mailings.update)
        self.pause = transport.call(mailings.pause)
        self.resume = transport.call(mailings.resume)
        self.cancel = transport.call(mailings.cancel)
        self.delete = transport.call(mailings.delete)
        self.audience = transport.call(mailings.audience)
        self.preview = transport.call(mailings.preview)
        self.forecast = transport.call(mailings.forecast)
        self.forecast_of = transport.call(mailings.forecast_of)
        self.send_test = transport.call(mailings.send_test)
        self.get_test = transport.call(mailings.get_test)
        self.info = transport.call(mailings.info)
        self.fullinfo = transport.call(mailings.fullinfo)
        self.list = transport.pages(mailings.every)


class Templates:
    def __init__(self, transport: Transport) -> None:
        self.create = transport.call(templates.create)
        self.get = transport.call(templates.get)
        self.update = transport.call(templates.update)
        self.delete = transport.call(templates.delete)
        self.list = transport.pages(templates.every)
        self.versions = transport.pages(templates.versions)


class Messages:
    def __init__(self, transport: Transport) -> None:
        self.create = transport.call(messages.create)
        self.create_many = transport.call(messages.create_many)
        self.get = transport.call(messages.get)
        self.list = transport.pages(messages.every)


class OptOuts:
    def __init__(self, transport: Transport) -> None:
        self.create = transport.call(opt_outs.create)
        self.get = transport.call(opt_outs.get)
        self.withdraw = transport.call(opt_outs.withdraw)
        self.list = transport.pages(opt_outs.every)
        self.import_csv = transport.call(opt_outs.import_csv)


class Consents:
    def __init__(self, transport: Transport) -> None:
        self.create = transport.call(consents.create)
        self.get = transport.call(consents.get)
        self.revoke = transport.call(consents.revoke)
        self.list = transport.pages(consents.every)
        self.import_csv = transport.call(consents.import_csv)


class ContactHours:
    def __init__(self, transport: Transport) -> None:
        self.get = transport.call(contact_hours.get)
        self.set = transport.call(contact_hours.set_to)


class Segments:
    def __init__(self, transport: Transport) -> None:
        self.create = transport.call(segments.create)
        self.get = transport.call(segments.get)
        self.update = transport.call(segments.update)
        self.delete = transport.call(segments.delete)
        self.list = transport.pages(segments.every)


class Gateways:
    def __init__(self, transport: Transport) -> None:
        self.list = transport.pages(gateways.every)
        self.receipt_key = transport.call(gateways.receipt_key)
        self.replace_receipt_key = transport.call(gateways.replace_receipt_key)
        self.send_receipts = transport.call(gateways.send_receipts)
        self.send_reply = transport.call(gateways.send_reply)


class Inbound:
    def __init__(self, transport: Transport) -> None:
        self.list = transport.pages(inbound.every)


class Webhooks:
    def __init__(self, transport: Transport) -> None:
        self.create = transport.call(webhooks.create)
        self.get = transport.call(webhooks.get)
        self.update = transport.call(webhooks.update)
        self.delete = transport.call(webhooks.delete)
        self.rotate_secret = transport.call(webhooks.rotate_secret)
        self.send_test = transport.call(webhooks.send_test)
        self.redeliver = transport.call(webhooks.redeliver)
        self.list = transport.pages(webhooks.every)
        self.deliveries = transport.pages(webhooks.deliveries)


class Client:
    """Threads may share one. `http`, if given, stays the caller's to close."""

    def __init__(
        self,
        url: str,
        key: str,
        *,
        timeout_seconds: float = 30,
        retries: Retries = Retries(),  # noqa: B008 (frozen)
        http: httpx.Client | None = None,
    ) -> None:
        self._http, self._is_ours = http or httpx.Client(), http is None
        transport = Transport(Connection(url, key, timeout_seconds, retries), self._http)
        self.clients = Clients(transport)
        self.mailings = Mailings(transport)
        self.templates = Templates(transport)
        self.messages = Messages(transport)
        self.opt_outs = OptOuts(transport)
        self.consents = Consents(transport)
        self.segments = Segments(transport)
        self.gateways = Gateways(transport)
        self.inbound = Inbound(transport)
        self.webhooks = Webhooks(transport)
        self.contact_hours = ContactHours(transport)

    def close(self) -> None:
        if self._is_ours:
            self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
