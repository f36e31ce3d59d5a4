# ruff: noqa: ARG002 (REST framework passes the request to every method)

from collections.abc import Callable, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from psycopg.errors import UniqueViolation
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from notification_service.access.permissions import CLIENTS
from notification_service.access.phones import note_phones, sees_whole_phones
from notification_service.api.filters import ClientFilter
from notification_service.api.openapi.clients import client_docs
from notification_service.api.serializers.client import ClientSerializer, MaskedClientSerializer
from notification_service.api.views.base import ApiViewSet, created
from notification_service.directory.models import Client
from notification_service.mailings import client_changes


@client_docs
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

    def list(self, request: Request) -> Response:
        return self.get_paginated_response(self._described(self.rows_of_page()))

    def create(self, request: Request) -> Response:
        values = self.valid(ClientSerializer(data=request.data))
        client = _refusing_taken_phone(lambda: client_changes.create_client(**values))
        location = reverse("client", kwargs={"pk": client.pk}, request=request)
        return created(self._described([client])[0], location=location)

    def retrieve(self, request: Request, pk: int) -> Response:
        return Response(self._described([self.get_queryset().get(pk=pk)])[0])

    def update(self, request: Request, pk: int) -> Response:
        return self._update(pk, ClientSerializer(data=request.data))

    def partial_update(self, request: Request, pk: int) -> Response:
        return self._update(pk, ClientSerializer(data=request.data, partial=True))

    def destroy(self, request: Request, pk: int) -> Response:
        client_changes.delete_client(pk)
        return Response(status=204)

    def _update(self, pk: int, serializer: ClientSerializer) -> Response:
        values = self.valid(serializer)
        client = _refusing_taken_phone(lambda: client_changes.update_client(pk, **values))
        return Response(self._described([client])[0])

    def _described(self, clients: Sequence[Client]) -> Any:
        who = self.request.user
        serializer = ClientSerializer if sees_whole_phones(who) else MaskedClientSerializer
        note_phones(who, len(clients))
        return serializer(clients, many=True).data


def _refusing_taken_phone(write: Callable[[], Client]) -> Client:
    # Only the database can tell when two requests race for one phone.
    try:
        with transaction.atomic():
            return write()
    except IntegrityError as error:
        if isinstance(error.__cause__, UniqueViolation):
            raise serializers.ValidationError({"phone": ["Another client has this phone."]}) from None
        raise
