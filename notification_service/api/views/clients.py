# ruff: noqa: ARG002 (REST framework passes the request to every method)

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from psycopg.errors import UniqueViolation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from notification_service.access.permissions import CLIENTS
from notification_service.access.phones import note_phones, sees_whole_phones
from notification_service.api.filters import ClientFilter
from notification_service.api.idempotency import answer_once
from notification_service.api.openapi.words import IDEMPOTENCY_KEY, SENT_BACK
from notification_service.api.problems import AlreadyExists
from notification_service.api.serializers.client import ClientSerializer, MaskedClientSerializer
from notification_service.api.views.base import ApiViewSet, created, expected_versions, versioned
from notification_service.directory.models import Client
from notification_service.mailings import client_changes
from notification_service.sessions import request_transaction


class ClientViewSet(ApiViewSet):
    serializer_class = ClientSerializer
    filterset_class = ClientFilter
    orderings: tuple[str, ...] = ("-id", "id", "phone", "-phone")
    needs = CLIENTS

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not sees_whole_phones(request.user):  # a cursor in the order of phones tells where it stands
            self.orderings = ("-id", "id")

    def get_queryset(self) -> QuerySet[Client]:
        return Client.objects.alive()

    @extend_schema(
        summary="List clients",
        description="A page of the directory. Filters combine with AND. Where phones are masked, `search` "
        "finds them by at most their first four digits, or whole, and the order is by `id` alone.",
    )
    def list(self, request: Request) -> Response:
        return self.get_paginated_response(self._described(self.rows_of_page()))

    @extend_schema(
        summary="Add a client",
        description="The phone must be no other client's. Without `operator_code` it is digits 2 to 4 of the "
        "phone.",
        parameters=[IDEMPOTENCY_KEY],
    )
    def create(self, request: Request) -> Response:
        values = self.valid(ClientSerializer(data=request.data))
        # Only the id is kept for a repetition of the request: the rest must go when the client goes.
        pk, is_replayed = answer_once(request, values, lambda: _create(**values).pk)
        [body] = self._described([self.get_queryset().get(pk=pk)])
        location = reverse("client", kwargs={"pk": pk}, request=request)
        return created(body, location=location, is_replayed=is_replayed)

    @extend_schema(
        summary="Show a client",
        description="One client by id.",
    )
    def retrieve(self, request: Request, pk: int) -> Response:
        return self._shown(self.get_queryset().get(pk=pk))

    @extend_schema(
        summary="Replace a client",
        description="Sets every field; one that is absent returns to its default. "
        f"Messages still to be sent go to the new phone, by the new time zone. {SENT_BACK}",
    )
    def update(self, request: Request, pk: int) -> Response:
        return self._update(request, pk, partial=False)

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

    def _update(self, request: Request, pk: int, *, partial: bool) -> Response:
        client = self.get_queryset().get(pk=pk)
        values = self.valid(ClientSerializer(client, data=request.data, partial=partial))
        with _refusing_taken_phone(values.get("phone")):
            client = client_changes.update_client(pk, expected=expected_versions(request), **values)
        return self._shown(client)

    def _shown(self, client: Client) -> Response:
        return versioned(self._described([client])[0], client)

    def _described(self, clients: Sequence[Client]) -> Any:
        who = self.request.user
        serializer = ClientSerializer if sees_whole_phones(who) else MaskedClientSerializer
        note_phones(who, len(clients))
        return serializer(clients, many=True).data


def _create(**values: Any) -> Client:
    with _refusing_taken_phone(values["phone"]):
        return client_changes.create_client(**values)


@contextmanager
def _refusing_taken_phone(phone: str | None) -> Iterator[None]:
    # Only the database can tell when two requests race for one phone.
    try:
        with request_transaction():
            yield
    except IntegrityError as error:
        if isinstance(error.__cause__, UniqueViolation):
            existing = Client.objects.alive().filter(phone=phone).first()
            raise AlreadyExists("client", existing, phone="Another client has this phone.") from None
        raise
