# ruff: noqa: ARG002 (REST framework passes the request to every method)

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from notification_service.access.doors import refuse_reserved_fields
from notification_service.access.permissions import MAILINGS, Permission
from notification_service.api.filters import MailingFilter
from notification_service.api.openapi.words import IDEMPOTENCY_KEY, SENT_BACK
from notification_service.api.serializers.draft import NewMailingSerializer, fields_of
from notification_service.api.serializers.filter import ClientFilterSerializer
from notification_service.api.serializers.mailing import (
    AudienceSerializer,
    AudienceSizeSerializer,
    MailingSerializer,
    WantedSerializer,
)
from notification_service.api.views.base import ApiViewSet, create_once, expected_versions, versioned
from notification_service.api.views.filters import refuse_hidden_phones, refusing_unknown_names
from notification_service.database.written_once import RowById
from notification_service.mailings import lifecycle, matching, reach, stats
from notification_service.mailings.counting import COUNT_SECONDS
from notification_service.mailings.exclusions import Terms
from notification_service.mailings.models import Mailing

CHANGE = (
    "`name`, `text`, `end_at`, `send_window`, `ignores_contact_hours`, `spread_minutes`, `gateway`, "
    "`failover` and `reference` may change until the mailing ends, and apply to what is unsent; everything "
    "else only before it starts. "
    f"A `filter` is replaced as a whole. {SENT_BACK}"
)
REPEATABLE = "Of one that is so already, nothing changes."


MAILING = RowById(lambda: Mailing.objects.alive().select_related("gateway"))


class MailingViewSet(ApiViewSet):
    serializer_class = MailingSerializer
    filterset_class = MailingFilter
    needs = MAILINGS
    action_needs = {
        "audience": Permission.SEE_MAILINGS,
        **dict.fromkeys(("pause", "resume", "cancel"), Permission.CHANGE_MAILINGS),
    }

    def get_queryset(self) -> QuerySet[Mailing]:
        return Mailing.objects.alive().select_related("gateway")

    @extend_schema(
        summary="List mailings",
        description="Each with its messages by status, exact at this moment.",
    )
    def list(self, request: Request) -> Response:
        return self.get_paginated_response(describe_all(self.rows_of_page()))

    @extend_schema(
        summary="Schedule a mailing",
        description="Answers at once, whatever the size of the audience. At `start_at`, or now where that is "
        "past, every client who matches the filter at that moment gets one message.",
        request=NewMailingSerializer,
        parameters=[IDEMPOTENCY_KEY],
    )
    def create(self, request: Request) -> Response:
        values = self.valid(NewMailingSerializer(data=request.data))
        refuse_reserved_fields(request.user, values)
        make = partial(lifecycle.create_mailing, **fields_of(values))
        return create_once(request, route="mailing", values=values, make=make, show=describe_new)

    @extend_schema(
        summary="Show a mailing",
        description="One mailing by id.",
    )
    def retrieve(self, request: Request, pk: int) -> Response:
        return _shown(MAILING.get(pk))

    @extend_schema(
        summary="Replace a mailing",
        description=f"Sets every field; one that is absent returns to its default. {CHANGE}",
    )
    def update(self, request: Request, pk: int) -> Response:
        return self._update(request, pk, partial=False)

    @extend_schema(
        summary="Change a mailing",
        description=f"Sets the fields given and leaves the others. {CHANGE}",
    )
    def partial_update(self, request: Request, pk: int) -> Response:
        return self._update(request, pk, partial=True)

    @extend_schema(
        summary="Delete a mailing",
        description="Stops it at once and removes it; its messages go in the background.",
    )
    def destroy(self, request: Request, pk: int) -> Response:
        lifecycle.delete_mailing(pk, expected=expected_versions(request))
        return Response(status=204)

    @extend_schema(
        summary="Pause a mailing",
        description=f"Sending stops within a second. {REPEATABLE}",
        operation_id="mailings_pause",
        request=None,
    )
    def pause(self, request: Request, pk: int) -> Response:
        return self._move(request, lifecycle.pause_mailing, pk)

    @extend_schema(
        summary="Resume a mailing",
        description=f"Sending goes on after a pause. {REPEATABLE}",
        operation_id="mailings_resume",
        request=None,
    )
    def resume(self, request: Request, pk: int) -> Response:
        return self._move(request, lifecycle.resume_mailing, pk)

    @extend_schema(
        summary="Cancel a mailing",
        description="Ends it: within a second nothing more is sent, and what was unsent becomes `cancelled`. "
        f"{REPEATABLE}",
        operation_id="mailings_cancel",
        request=None,
    )
    def cancel(self, request: Request, pk: int) -> Response:
        return self._move(request, lifecycle.cancel_mailing, pk)

    @extend_schema(
        summary="Count an audience",
        description="How many clients match a filter now. Nothing is kept, hence a read key may ask. "
        f"After {COUNT_SECONDS} seconds the answer is 503.",
        operation_id="mailings_audience",
        request=AudienceSerializer,
        responses=AudienceSizeSerializer,
    )
    def audience(self, request: Request) -> Response:
        wanted, filtered = _divided(request.data)
        terms = Terms(**self.valid(WantedSerializer(data=wanted)))
        found = self.valid(ClientFilterSerializer(data=filtered))
        refuse_hidden_phones(request.user, found)
        with refusing_unknown_names():
            matching.check_filter(found)
        return Response(reach.count_reach(found, terms)._asdict())

    def _update(self, request: Request, pk: int, *, partial: bool) -> Response:
        mailing = self.get_queryset().get(pk=pk)
        context = {"counts": stats.counts_of([pk])}
        serializer = MailingSerializer(mailing, data=request.data, partial=partial, context=context)
        values = self.valid(serializer)
        refuse_reserved_fields(request.user, values, was=mailing)
        return _shown(lifecycle.update_mailing(pk, expected=expected_versions(request), **values))

    def _move(self, request: Request, move: Callable[..., Mailing], pk: int) -> Response:
        self.refuse_body(request)
        return _shown(move(pk, expected=expected_versions(request)))


def _divided(body: Any) -> tuple[Any, Any]:
    """Return the terms that exclude people, and the filter."""
    if not isinstance(body, Mapping):
        return {}, body
    wanted = {name: value for name, value in body.items() if name in Terms._fields}
    return wanted, {name: value for name, value in body.items() if name not in wanted}


def _shown(mailing: Mailing) -> Response:
    return versioned(describe(mailing), mailing)


def describe(mailing: Mailing) -> Any:
    return describe_all([mailing])[0]


def describe_new(mailing: Mailing) -> Any:
    return _with_counts([mailing], stats.no_messages([mailing.pk]))[0]


def describe_all(mailings: list[Mailing]) -> Any:
    return _with_counts(mailings, stats.counts_of([mailing.pk for mailing in mailings]))


def _with_counts(mailings: list[Mailing], counts: dict[int, stats.Counts]) -> Any:
    return list(map(MailingSerializer(context={"counts": counts}).to_representation, mailings))
