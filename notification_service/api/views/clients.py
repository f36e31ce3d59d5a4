# ruff: noqa: ARG002 (REST framework passes the request to every method)

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from psycopg.errors import UniqueViolation
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from notification_service.access.permissions import CLIENTS, Permission
from notification_service.access.phones import masked, note_phones, sees_whole_phones
from notification_service.api.filters import ClientFilterSet
from notification_service.api.idempotency import run_once
from notification_service.api.openapi.words import IDEMPOTENCY_KEY, SENT_BACK
from notification_service.api.problems import AlreadyExists
from notification_service.api.serializers.client import (
    ClientByPhoneSerializer,
    ClientSerializer,
    MaskedClientSerializer,
)
from notification_service.api.serializers.fast import columns_shown, rows_shown
from notification_service.api.serializers.personal_data import PersonalDataSerializer
from notification_service.api.serializers.segment import AttributeSerializer, AttributesSerializer
from notification_service.api.views.base import ApiViewSet, created, expected_versions, versioned
from notification_service.audit.actions import Action
from notification_service.audit.log import record
from notification_service.database.rows_as_stored import as_stored
from notification_service.database.written_once import RowById
from notification_service.directory.in_use import attributes_in_use
from notification_service.directory.models import Client
from notification_service.directory.models.client import EXTERNAL_ID_INDEX
from notification_service.directory.rules import PHONE_PATTERN, is_phone, without_plus
from notification_service.mailings import client_changes
from notification_service.mailings.personal_data import personal_data

CLIENT = RowById(lambda: Client.objects.alive())
LISTED = columns_shown(ClientSerializer)


class ClientViewSet(ApiViewSet):
    serializer_class = ClientSerializer
    filterset_class = ClientFilterSet
    orderings: tuple[str, ...] = ("-id", "id", "phone", "-phone")
    needs = CLIENTS
    action_needs = {"export": Permission.WHOLE_PHONES}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not sees_whole_phones(request.user):  # a cursor in the order of phones reveals a phone
            self.orderings = ("-id", "id")

    def get_queryset(self) -> QuerySet[Any]:
        clients = Client.objects.alive()
        # A list needs no objects of the model: making them takes a quarter of its time.
        return as_stored(clients, *LISTED) if self.action == "list" else clients

    @extend_schema(
        summary="List clients",
        description="A page of the directory. Filters combine with AND. Where phones are masked, `search` "
        "finds them by at most their first four digits, or whole, and the order is by `id` alone.",
    )
    def list(self, request: Request) -> Response:
        shown = rows_shown(ClientSerializer, self.rows_of_page())
        note_phones(request.user, len(shown))
        if not sees_whole_phones(request.user):
            for client in shown:
                client["phone"] = masked(client["phone"])
        return self.get_paginated_response(shown)

    @extend_schema(
        summary="Add a client",
        description="The phone and the `external_id` must be no other client's. Without `operator_code` it "
        "is digits 2 to 4 of the phone.",
        parameters=[IDEMPOTENCY_KEY],
    )
    def create(self, request: Request) -> Response:
        values = self.valid(ClientSerializer(data=request.data))
        said = {**values, "tags": tuple(values["tags"])}  # a list is a set, but the order of tags matters
        made: list[Client] = []

        def work() -> int:
            made.append(_create(**values))
            return made[0].pk  # this alone is stored for a repeated request: the rest must go with the client

        pk, is_replayed = run_once(request, said, work)
        client = made[0] if made else CLIENT.get(pk)
        [body] = self._described([client])
        location = reverse("client", kwargs={"pk": pk}, request=request)
        return created(body, location=location, is_replayed=is_replayed, row=client)

    @extend_schema(
        summary="Show a client",
        description="One client by id.",
    )
    def retrieve(self, request: Request, pk: int) -> Response:
        return self._shown(CLIENT.get(pk))

    @extend_schema(
        summary="Replace a client",
        description="Sets every field; one that is absent returns to its default. "
        f"Messages still to be sent go to the new phone, by the new time zone. {SENT_BACK}",
    )
    def update(self, request: Request, pk: int) -> Response:
        return self._update(request, pk, partial=False)

    @extend_schema(
        operation_id="clients_put_by_phone",
        summary="Create or replace the client with a phone",
        description="Creates the client, or sets every field of the one who has the phone, as `PUT` by id "
        "does. It may be repeated; of two at once, one creates the client. The body may leave out `phone`. "
        f"{SENT_BACK}",
        parameters=[
            OpenApiParameter("phone", OpenApiTypes.STR, OpenApiParameter.PATH, pattern=PHONE_PATTERN)
        ],
        request=ClientByPhoneSerializer,
        responses={200: ClientSerializer, 201: ClientSerializer},
    )
    def put_by_phone(self, request: Request, phone: str) -> Response:
        phone = without_plus(phone)
        known = self.get_queryset().filter(phone=phone).first() if is_phone(phone) else None
        values = self.valid(ClientSerializer(known, data=_with_phone(request.data, phone)))
        with _refusing_what_is_taken(values):
            client, is_new = client_changes.put_client(expected=expected_versions(request), **values)
        if not is_new:
            return self._shown(client)
        location = reverse("client", kwargs={"pk": client.pk}, request=request)
        return created(self._described([client])[0], location=location, is_replayed=False, row=client)

    @extend_schema(
        summary="Change a client",
        description="Sets the fields given and leaves the others. A phone without `operator_code` sets the "
        f"code too. {SENT_BACK}",
    )
    def partial_update(self, request: Request, pk: int) -> Response:
        return self._update(request, pk, partial=True)

    @extend_schema(
        summary="Delete a client",
        description="Removes the personal data and cancels what is unsent; the messages keep their place in "
        "the counts.",
    )
    def destroy(self, request: Request, pk: int) -> Response:
        client_changes.delete_client(pk, expected=expected_versions(request))
        return Response(status=204)

    @extend_schema(
        operation_id="clients_export",
        summary="Export all data of a client",
        description="Everything that is known of one person, for a request under 152-ФЗ or the GDPR: the "
        "fields, each message with its text and times, what the audit log says of the client, and rejected "
        "lines with the phone. The audit log records that it was read.",
        responses=PersonalDataSerializer,
    )
    def export(self, request: Request, pk: int) -> Response:
        client = self.get_queryset().get(pk=pk)
        record(Action.CLIENT_DATA_EXPORTED, object_id=pk)
        note_phones(request.user, 1)
        return Response(PersonalDataSerializer(personal_data(client)).data)

    @extend_schema(
        summary="List the attributes of clients",
        description="The names that clients have, and how many have each: what a condition can be about. An "
        "attribute that is null counts as missing. Of more than 100,000 clients the numbers are estimates.",
        operation_id="clients_attributes",
        responses=AttributesSerializer,
    )
    def attributes(self, request: Request) -> Response:
        return Response({"results": AttributeSerializer(attributes_in_use(), many=True).data})

    def _update(self, request: Request, pk: int, *, partial: bool) -> Response:
        client = self.get_queryset().get(pk=pk)
        values = self.valid(ClientSerializer(client, data=request.data, partial=partial))
        with _refusing_what_is_taken(values):
            client = client_changes.update_client(pk, expected=expected_versions(request), **values)
        return self._shown(client)

    def _shown(self, client: Client) -> Response:
        return versioned(self._described([client])[0], client)

    def _described(self, clients: Sequence[Client]) -> Any:
        who = self.request.user
        serializer = ClientSerializer if sees_whole_phones(who) else MaskedClientSerializer
        note_phones(who, len(clients))
        return serializer(clients, many=True).data


def _with_phone(body: Any, phone: str) -> Any:
    """Raises ValidationError if the body has another phone than the address."""
    if not isinstance(body, Mapping):
        return body
    if body.get("phone", phone) != phone:
        raise ValidationError({"phone": ["Must be the phone of the address, or left out."]})
    return {**body, "phone": phone}


def _create(**values: Any) -> Client:
    with _refusing_what_is_taken(values):
        return client_changes.create_client(**values)


@contextmanager
def _refusing_what_is_taken(values: Mapping[str, Any]) -> Iterator[None]:
    # Only the database notices when two requests race for one phone, or for one id. A transaction that goes
    # on after that needs a savepoint.
    try:
        with transaction.atomic() if connection.in_atomic_block else nullcontext():
            yield
    except IntegrityError as error:
        if not isinstance(error.__cause__, UniqueViolation):
            raise
        is_id = error.__cause__.diag.constraint_name == EXTERNAL_ID_INDEX
        name = "external_id" if is_id else "phone"
        existing = Client.objects.alive().filter(**{name: values[name]}).first()
        raise AlreadyExists("client", existing, **{name: f"Another client has this {name}."}) from None
