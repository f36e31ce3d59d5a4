# ruff: noqa: ARG002 (REST framework passes the request to every method)

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from notification_service.access import people
from notification_service.access.permissions import PEOPLE, Permission
from notification_service.access.roles import effective_role
from notification_service.access.sign_in.lockout import locked_names
from notification_service.api.idempotency import run_once
from notification_service.api.openapi.words import IDEMPOTENCY_KEY, SENT_BACK
from notification_service.api.problems import AlreadyExists
from notification_service.api.serializers.person import (
    NewPersonSerializer,
    PersonChangeSerializer,
    PersonSerializer,
    as_saved,
)
from notification_service.api.views.base import ApiViewSet, created

SUPERUSERS = "Superusers are there for superusers alone."


class PersonViewSet(ApiViewSet):
    serializer_class = PersonSerializer
    needs = PEOPLE
    action_needs = dict.fromkeys(("unlock", "remove_second_factor"), Permission.CHANGE_PEOPLE)

    def get_queryset(self) -> QuerySet[User]:
        return people.people_for(self.request.user)

    @extend_schema(
        summary="List people",
        description=f"Who may log in to the console, and in which role. {SUPERUSERS}",
    )
    def list(self, request: Request) -> Response:
        return self.get_paginated_response(_described(self.rows_of_page()))

    @extend_schema(
        summary="Add a person",
        description="Who can then log in with the username and the password.",
        parameters=[IDEMPOTENCY_KEY],
        request=NewPersonSerializer,
        responses={201: PersonSerializer},
    )
    def create(self, request: Request) -> Response:
        values = as_saved(self.valid(NewPersonSerializer(data=request.data)))
        # What is kept of the body is a plain hash, from which a password could be guessed.
        about = {**values, "password": salted_hmac("person", values["password"]).hexdigest()}
        with self._refusing():
            pk, is_replayed = run_once(request, about, lambda: people.add_person(**values).pk)
        location = reverse("person", kwargs={"pk": pk}, request=request)
        return created(self._one(pk), location=location, is_replayed=is_replayed, row=None)

    @extend_schema(
        summary="Show a person",
        description=f"One person by id. {SUPERUSERS}",
    )
    def retrieve(self, request: Request, pk: int) -> Response:
        return Response(self._one(pk))

    @extend_schema(
        summary="Change a person",
        description="Sets the fields given and leaves the others. Nobody can take the own role away, or keep "
        f"oneself out. {SENT_BACK}",
        request=PersonChangeSerializer,
        responses=PersonSerializer,
    )
    def partial_update(self, request: Request, pk: int) -> Response:
        [person] = _with_state([self.get_queryset().get(pk=pk)])
        values = self.valid(PersonChangeSerializer(person, data=request.data, partial=True))
        with self._refusing():
            people.change_person(pk, by=request.user, **as_saved(values))
        return Response(self._one(pk))

    @extend_schema(
        operation_id="people_unlock",
        summary="Unlock a person's name",
        description="After too many wrong passwords: the next try is let in at once.",
        request=None,
    )
    def unlock(self, request: Request, pk: int) -> Response:
        self.refuse_body(request)
        people.unlock(self.get_queryset().get(pk=pk))
        return Response(self._one(pk))

    @extend_schema(
        operation_id="people_remove_second_factor",
        summary="Remove a person's second factor",
        description="Of someone who lost the device. Without one, nothing changes.",
        request=None,
    )
    def remove_second_factor(self, request: Request, pk: int) -> Response:
        self.refuse_body(request)
        people.remove_second_factor(self.get_queryset().get(pk=pk))
        return Response(self._one(pk))

    def _one(self, pk: int) -> Any:
        return _described([self.get_queryset().get(pk=pk)])[0]

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        try:
            yield
        except people.UsernameTaken as taken:
            existing = self.get_queryset().filter(pk=taken.existing.pk).first()
            raise AlreadyExists("person", existing, username=str(taken)) from None
        except people.OwnAccess as own:
            field = {"is_active": "may_log_in"}.get(own.field, own.field)
            raise ValidationError({field: [ErrorDetail(str(own), "own_access")]}) from None


def _described(rows: Iterable[User]) -> Any:
    return PersonSerializer(_with_state(rows), many=True).data


def _with_state(rows: Iterable[Any]) -> list[Any]:
    locked = locked_names()
    found = list(rows)
    for person in found:
        person.role = effective_role(person) or None
        person.locked_until = locked.get(person.username)
    return found
