from datetime import datetime
from typing import Literal, TypedDict, Unpack
from uuid import uuid4

from notification_service_client.describe.parts import address, change, if_unchanged, read, send
from notification_service_client.models import (
    AudienceFilter,
    AudienceSize,
    Forecast,
    FullInfo,
    Mailing,
    MailingInfo,
    MailingStatus,
    OnUnknown,
    Preview,
    SendWindow,
    TestSend,
)
from notification_service_client.request import Request


class MailingOptions(TypedDict, total=False):
    name: str
    filter: AudienceFilter
    send_window: SendWindow | None
    ignores_contact_hours: bool
    spread_minutes: int | None
    on_unknown: OnUnknown
    gateway: str | None
    failover: bool
    topic: str
    requires_consent: bool
    ignores_opt_outs: bool
    reference: str


class MailingChanges(MailingOptions, total=False):
    text: str
    start_at: datetime
    end_at: datetime


class MailingQuery(TypedDict, total=False):
    status: MailingStatus
    search: str
    start_from: datetime
    start_before: datetime
    reference: str
    updated_from: datetime
    ordering: Literal["-id", "id"]
    page_size: int


def create(
    *,
    start_at: datetime,
    end_at: datetime,
    text: str | None = None,
    template: int | None = None,
    idempotency_key: str | None = None,
    **options: Unpack[MailingOptions],
) -> Request[Mailing]:
    """Schedule a mailing with a text, or with that of a template.

    Give a key of your own if your program may be started again meanwhile.
    """
    body = {**_text(text, template), "start_at": start_at, "end_at": end_at, **options}
    headers = {"Idempotency-Key": idempotency_key or str(uuid4())}
    return send("POST", "/api/v1/mailings/", Mailing, body, headers=headers, repeatable=True)


def get(mailing: Mailing | int) -> Request[Mailing]:
    return read(address("mailings", mailing), Mailing)


def update(mailing: Mailing | int, **changes: Unpack[MailingChanges]) -> Request[Mailing]:
    """Change the fields given. Raises ChangedError if the mailing passed is not as it was read."""
    return change("PATCH", address("mailings", mailing), Mailing, mailing, changes)


def pause(mailing: Mailing | int) -> Request[Mailing]:
    return _move(mailing, "pause")


def resume(mailing: Mailing | int) -> Request[Mailing]:
    return _move(mailing, "resume")


def cancel(mailing: Mailing | int) -> Request[Mailing]:
    return _move(mailing, "cancel")


def _move(mailing: Mailing | int, move: str) -> Request[Mailing]:
    return change("POST", f"{address('mailings', mailing)}{move}/", Mailing, mailing)


def delete(mailing: Mailing | int) -> Request[None]:
    return Request("DELETE", address("mailings", mailing), type(None), headers=if_unchanged(mailing))


def every(**query: Unpack[MailingQuery]) -> Request[Mailing]:
    """One by one; pages are fetched as they are needed."""
    return read("/api/v1/mailings/", Mailing, query)


def audience(filter: AudienceFilter) -> Request[AudienceSize]:  # noqa: A002 (the API's name)
    """How many clients match now."""
    return send("POST", "/api/v1/mailings/audience/", AudienceSize, filter, repeatable=True)


def preview(
    *,
    start_at: datetime,
    end_at: datetime,
    text: str | None = None,
    template: int | None = None,
    **options: Unpack[MailingOptions],
) -> Request[Preview]:
    """What the mailing would do if it were scheduled now. Nothing is kept."""
    body = {**_text(text, template), "start_at": start_at, "end_at": end_at, **options}
    return send("POST", "/api/v1/mailings/preview/", Preview, body, repeatable=True)


def forecast(
    *,
    start_at: datetime,
    end_at: datetime,
    text: str | None = None,
    template: int | None = None,
    **options: Unpack[MailingOptions],
) -> Request[Forecast]:
    """When the mailing would be finished if it were scheduled now, or who would be left out."""
    body = {**_text(text, template), "start_at": start_at, "end_at": end_at, **options}
    return send("POST", "/api/v1/mailings/forecast/", Forecast, body, repeatable=True)


def forecast_of(mailing: Mailing | int) -> Request[Forecast]:
    """When it will be finished, or who will be left out; of one that has not ended."""
    return read(f"{address('mailings', mailing)}forecast/", Forecast)


def send_test(
    *,
    text: str | None = None,
    template: int | None = None,
    phone: str | None = None,
    client: int | None = None,
    gateway: str | None = None,
    idempotency_key: str | None = None,
) -> Request[TestSend]:
    """Send a text once to one phone, with the values of a client if one is given."""
    given = {"phone": phone, "client": client, "gateway": gateway}
    body = {**_text(text, template), **{name: value for name, value in given.items() if value is not None}}
    headers = {"Idempotency-Key": idempotency_key or str(uuid4())}
    return send("POST", "/api/v1/mailings/test/", TestSend, body, headers=headers, repeatable=True)


def get_test(test_send: TestSend | int) -> Request[TestSend]:
    pk = test_send if isinstance(test_send, int) else test_send.id
    return read(f"/api/v1/mailings/test/{pk}/", TestSend)


def _text(text: str | None, template: int | None) -> dict[str, str | int]:
    return {
        **({} if text is None else {"text": text}),
        **({} if template is None else {"template": template}),
    }


def info(mailing: Mailing | int) -> Request[MailingInfo]:
    """Counts, timeline, failures by reason, the first messages."""
    return read(f"{address('mailings', mailing)}info/", MailingInfo)


def fullinfo() -> Request[FullInfo]:
    return read("/api/v1/mailings/fullinfo/", FullInfo)
