# ruff: noqa: ARG002 (REST framework passes the request to every method)

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from notification_service.api.filters import MailingFilter
from notification_service.api.idempotency import answer_once
from notification_service.api.openapi.mailings import (
    audience_docs,
    cancel_docs,
    mailing_docs,
    pause_docs,
    resume_docs,
)
from notification_service.api.serializers.mailing import AudienceFilterSerializer, MailingSerializer
from notification_service.api.views.base import ApiViewSet, created, expected_versions, versioned
from notification_service.mailings import audience, lifecycle, stats
from notification_service.mailings.models import Mailing


@mailing_docs
class MailingViewSet(ApiViewSet):
    serializer_class = MailingSerializer
    filterset_class = MailingFilter
    reading_actions = ("audience",)

    def get_queryset(self) -> QuerySet[Mailing]:
        return Mailing.objects.alive().select_related("gateway")

    def list(self, request: Request) -> Response:
        return self.get_paginated_response(describe_all(self.rows_of_page()))

    def create(self, request: Request) -> Response:
        values = self.valid(MailingSerializer(data=request.data))
        make = partial(lifecycle.create_mailing, **values)
        body, is_replayed = answer_once(request, values, lambda: describe_new(make()))
        location = reverse("mailing", kwargs={"pk": body["id"]}, request=request)
        return created(body, location=location, is_replayed=is_replayed)

    def retrieve(self, request: Request, pk: int) -> Response:
        return _shown(self.get_queryset().get(pk=pk))

    def update(self, request: Request, pk: int) -> Response:
        return self._update(request, pk, partial=False)

    def partial_update(self, request: Request, pk: int) -> Response:
        return self._update(request, pk, partial=True)

    def destroy(self, request: Request, pk: int) -> Response:
        lifecycle.delete_mailing(pk, expected=expected_versions(request))
        return Response(status=204)

    @pause_docs
    def pause(self, request: Request, pk: int) -> Response:
        return self._move(request, lifecycle.pause_mailing, pk)

    @resume_docs
    def resume(self, request: Request, pk: int) -> Response:
        return self._move(request, lifecycle.resume_mailing, pk)

    @cancel_docs
    def cancel(self, request: Request, pk: int) -> Response:
        return self._move(request, lifecycle.cancel_mailing, pk)

    @audience_docs
    def audience(self, request: Request) -> Response:
        values = self.valid(AudienceFilterSerializer(data=request.data))
        return Response({"clients": audience.matching_clients(**values).count()})

    def _update(self, request: Request, pk: int, *, partial: bool) -> Response:
        mailing = self.get_queryset().get(pk=pk)
        values = self.valid(MailingSerializer(mailing, data=request.data, partial=partial))
        return _shown(lifecycle.update_mailing(pk, expected=expected_versions(request), **values))

    def _move(self, request: Request, move: Callable[..., Mailing], pk: int) -> Response:
        self.refuse_body(request)
        return _shown(move(pk, expected=expected_versions(request)))


def _shown(mailing: Mailing) -> Response:
    return versioned(describe(mailing), mailing)


def describe(mailing: Mailing) -> Any:
    return describe_all([mailing])[0]


def describe_new(mailing: Mailing) -> Any:
    return _with_counts([mailing], stats.no_messages([mailing.pk]))[0]


def describe_all(mailings: list[Mailing]) -> Any:
    return _with_counts(mailings, stats.message_counts([mailing.pk for mailing in mailings]))


def _with_counts(mailings: list[Mailing], counts: dict[int, dict[str, int]]) -> Any:
    return MailingSerializer(mailings, many=True, context={"counts": counts}).data
