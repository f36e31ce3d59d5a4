# ruff: noqa: ARG002 (REST framework passes the request to every method)

from collections.abc import Callable

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from psycopg.errors import UniqueViolation
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from notification_service.api.filters import ClientFilter
from notification_service.api.openapi.clients import client_docs
from notification_service.api.serializers.client import ClientSerializer
from notification_service.api.views.base import ApiViewSet, created
from notification_service.directory.models import Client
from notification_service.mailings import client_changes


@client_docs
class ClientViewSet(ApiViewSet):
    serializer_class = ClientSerializer
    filterset_class = ClientFilter
    orderings = ("-id", "id", "phone", "-phone")

    def get_queryset(self) -> QuerySet[Client]:
        return Client.objects.alive()

    def list(self, request: Request) -> Response:
        return self.get_paginated_response(ClientSerializer(self.rows_of_page(), many=True).data)

    def create(self, request: Request) -> Response:
        values = self.valid(ClientSerializer(data=request.data))
        client = _refusing_taken_phone(lambda: client_changes.create_client(**values))
        location = reverse("client", kwargs={"pk": client.pk}, request=request)
        return created(ClientSerializer(client).data, location=location)

    def retrieve(self, request: Request, pk: int) -> Response:
        return Response(ClientSerializer(self.get_queryset().get(pk=pk)).data)

    def update(self, request: Request, pk: int) -> Response:
        return self._update(request, pk, partial=False)

    def partial_update(self, request: Request, pk: int) -> Response:
        return self._update(request, pk, partial=True)

    def destroy(self, request: Request, pk: int) -> Response:
        client_changes.delete_client(pk)
        return Response(status=204)

    def _update(self, request: Request, pk: int, *, partial: bool) -> Response:
        client = self.get_queryset().get(pk=pk)
        values = self.valid(ClientSerializer(client, data=request.data, partial=partial))
        client = _refusing_taken_phone(lambda: client_changes.update_client(pk, **values))
        return Response(ClientSerializer(client).data)


def _refusing_taken_phone(write: Callable[[], Client]) -> Client:
    # Only the database can tell when two requests race for one phone.
    try:
        with transaction.atomic():
            return write()
    except IntegrityError as error:
        if isinstance(error.__cause__, UniqueViolation):
            raise serializers.ValidationError({"phone": ["Another client has this phone."]}) from None
        raise
