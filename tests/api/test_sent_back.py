"""What GET returned can be sent back, whole or in part."""

from datetime import UTC, datetime
from typing import Any

import pytest

from notification_service.api.serializers.client import ClientSerializer
from notification_service.api.serializers.gateway import GatewayChangeSerializer
from notification_service.api.serializers.mailing import MailingSerializer
from notification_service.api.serializers.strict import StrictSerializer
from notification_service.mailings.models import Gateway
from tests.api.answers import body_of, errors_of
from tests.api.conftest import Api
from tests.api.test_gateways import administrator  # noqa: F401 (a fixture)
from tests.factories import make_client, make_gateway, make_gateway_use, make_mailing, make_message, now

pytestmark = pytest.mark.django_db

READ_ONLY = "This field is read-only."


@pytest.fixture
def paths(administrator: Api) -> dict[str, str]:  # noqa: F811
    """Something of each kind, with as much in it as it can have."""
    everything = {"tags": ["vip"], "window_from": "09:00", "window_to": "21:00", "on_unknown": "give_up"}
    client = make_client(tag="vip", operator_code="999", attributes={"name": "Anna", "age": 30})
    mailing = make_mailing(status="running", gateway=make_gateway(), failover=True, **everything)
    make_message(mailing)
    gateway = make_gateway(max_requests_per_second=5, held_at=now(), held_reason="HTTP 401")
    return {
        "client": f"/api/clients/{client.pk}/",
        "mailing": f"/api/mailings/{mailing.pk}/",
        "finished mailing": f"/api/mailings/{make_mailing(status='finished').pk}/",
        "gateway": f"/api/gateways/{gateway.pk}/",
        "main": f"/api/gateways/{Gateway.objects.get(name='main').pk}/",
    }


@pytest.mark.parametrize(
    ("method", "kind"),
    [
        *(("PUT", kind) for kind in ("client", "mailing", "finished mailing")),
        *(("PATCH", kind) for kind in ("client", "mailing", "finished mailing", "gateway", "main")),
    ],
)
def test_what_get_returned_can_be_sent_back(
    administrator: Api,  # noqa: F811
    paths: dict[str, str],
    method: str,
    kind: str,
) -> None:
    body = body_of(administrator.get(paths[kind]))
    answer = administrator.send(method, paths[kind], body)
    assert answer.status_code == 200
    assert _without(body_of(answer), "updated_at") == _without(body, "updated_at")


@pytest.mark.parametrize(
    ("serializer", "fixed"),
    [
        (ClientSerializer(), {"id", "created_at"}),
        (MailingSerializer(), {"id", "status", "created_at", "started_at", "finished_at"}),
        (GatewayChangeSerializer(), {"id", "has_token", "has_tls_key"}),
    ],
)
def test_every_field_of_a_response_can_be_set_or_is_fixed_or_moves(
    serializer: StrictSerializer, fixed: set[str]
) -> None:
    settable = {name for name, field in serializer.fields.items() if not field.read_only}
    assert serializer.shown_by.fields.keys() - settable - serializer.moving == fixed


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("client", "id", 2**40),
        ("client", "id", True),
        ("client", "created_at", "2020-01-01T00:00:00Z"),
        ("client", "updated_at", "2020-01-01T00:00:00Z"),
        ("mailing", "updated_at", "2100-01-01T00:00:00Z"),
        ("mailing", "updated_at", 5),
        ("mailing", "id", "1"),
        ("mailing", "status", "cancelled"),
        ("mailing", "created_at", None),
        ("mailing", "started_at", "2020-01-01T00:00:00Z"),
        ("mailing", "finished_at", "2020-01-01T00:00:00Z"),
        ("gateway", "id", 0),
        ("gateway", "has_token", True),
        ("gateway", "has_tls_key", True),
    ],
)
def test_a_read_only_field_that_differs_is_named(
    administrator: Api,  # noqa: F811
    paths: dict[str, str],
    kind: str,
    field: str,
    value: Any,
) -> None:
    body = body_of(administrator.get(paths[kind]))
    answer = administrator.patch(paths[kind], {**body, field: value})
    assert (answer.status_code, errors_of(answer)) == (400, {f"#/{field}": READ_ONLY})


def test_a_read_only_moment_agrees_in_every_offset(api: Api) -> None:
    client = make_client()
    client.created_at = datetime(2026, 3, 1, 6, tzinfo=UTC)
    client.save()
    answer = api.patch(f"/api/clients/{client.pk}/", {"created_at": "2026-03-01T09:00:00+03:00"})
    assert answer.status_code == 200


def test_figures_that_move_on_do_not_spoil_a_body_that_is_sent_back(api: Api) -> None:
    mailing = make_mailing(status="running")
    body = body_of(api.get(f"/api/mailings/{mailing.pk}/"))
    make_message(mailing)
    first = api.put(f"/api/mailings/{mailing.pk}/", {**body, "text": "Bye"})
    again = api.put(f"/api/mailings/{mailing.pk}/", {**body, "text": "Bye"})  # its `updated_at` is old by now
    assert [first.status_code, again.status_code, body_of(again)["text"]] == [200, 200, "Bye"]


@pytest.mark.parametrize(
    ("kind", "figure"),
    [
        ("client", {"updated_at": "2020-01-01T00:00:00Z"}),
        ("mailing", {"messages": {"total": 5}}),
        ("gateway", {"workers": 5}),
        ("gateway", {"held_at": None}),
    ],
)
def test_a_figure_that_was_not_read_is_named(
    administrator: Api,  # noqa: F811
    paths: dict[str, str],
    kind: str,
    figure: dict[str, Any],
) -> None:
    answer = administrator.patch(paths[kind], figure)
    assert (answer.status_code, errors_of(answer)) == (400, {f"#/{name}": READ_ONLY for name in figure})


@pytest.mark.parametrize(
    ("kind", "field"), [("client", "updated_at"), ("mailing", "messages"), ("gateway", "workers")]
)
def test_a_figure_that_agrees_is_taken(
    administrator: Api,  # noqa: F811
    paths: dict[str, str],
    kind: str,
    field: str,
) -> None:
    body = body_of(administrator.get(paths[kind]))
    assert administrator.patch(paths[kind], {field: body[field]}).status_code == 200


def test_a_gateway_can_be_sent_back_while_its_workers_are_busy(administrator: Api) -> None:  # noqa: F811
    gateway = make_gateway()
    body = body_of(administrator.get(f"/api/gateways/{gateway.pk}/"))
    make_gateway_use(gateway, concurrency=16, latency_ms=84)
    answer = administrator.patch(f"/api/gateways/{gateway.pk}/", {**body, "priority": 7})
    assert (answer.status_code, body_of(answer)["priority"]) == (200, 7)


@pytest.mark.parametrize("field", ["id", "status", "created_at"])
def test_what_does_not_exist_yet_has_no_read_only_field(api: Api, field: str) -> None:
    mailing = make_mailing()
    path = f"/api/mailings/{mailing.pk}/"
    body = {name: body_of(api.get(path))[name] for name in ("text", "start_at", "end_at", field)}
    assert errors_of(api.post("/api/mailings/", body)) == {f"#/{field}": READ_ONLY}


def _without(body: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key != name}
