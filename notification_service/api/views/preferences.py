# ruff: noqa: ARG002 (REST framework passes the request to every method)

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from notification_service.access.permissions import PREFERENCES
from notification_service.access.phones import note_phones, sees_whole_phones
from notification_service.api.filters import ConsentFilter, OptOutFilter
from notification_service.api.idempotency import work_once
from notification_service.api.openapi.words import IDEMPOTENCY_KEY, REQUEST_ID
from notification_service.api.serializers.preference import (
    ConsentSerializer,
    MaskedConsentSerializer,
    MaskedOptOutSerializer,
    OptOutSerializer,
)
from notification_service.api.views.base import ApiViewSet
from notification_service.api.views.file_import import (
    FORMATS,
    FileImportView,
    ImportResultSerializer,
    imported,
)
from notification_service.directory.models import Consent, OptOut
from notification_service.directory.preferences import FromTheFuture
from notification_service.mailings import preference_changes

ONCE = "One that is in force already stays as it is, and is what the 200 shows; a new one answers 201."
FILE = (
    "CSV, whose first line names the columns, or NDJSON, with one object on each line. A phone may be "
    "written in any of the usual ways. A line that is in force already is counted as `unchanged`. One that "
    "is not acceptable is left out and reported; all others are taken. See the import of clients for "
    "encodings and what spreadsheets write."
)
HOLDS = "Within a second of the answer no request to the phone starts that it forbids, and what waits is "


class PreferenceViewSet(ApiViewSet):
    needs = PREFERENCES
    masked: ClassVar[type[serializers.Serializer[Any]]]
    model: ClassVar[type[OptOut] | type[Consent]]
    route: ClassVar[str]

    def _said_once(self, values: Mapping[str, Any], say: Callable[..., tuple[Any, bool]]) -> Response:
        """Only the id is kept for a repeated request, which shows what is there now."""

        def work() -> dict[str, Any]:
            row, is_new = say(**values)
            return {"id": row.pk, "is_new": is_new}

        kept, is_replayed = work_once(self.request, work=work, values=lambda: values)
        [body] = self._described([self.model.objects.get(pk=kept["id"])])
        headers = {"Idempotency-Replayed": "true"} if is_replayed else {}
        if not kept["is_new"]:
            return Response(body, headers=headers)
        location = reverse(self.route, kwargs={"pk": kept["id"]}, request=self.request)
        return Response(body, status=201, headers={"Location": location, **headers})

    def _described(self, rows: Sequence[Any]) -> Any:
        who = self.request.user
        serializer = self.get_serializer_class() if sees_whole_phones(who) else self.masked
        note_phones(who, len(rows))
        return serializer(rows, many=True).data


class OptOutViewSet(PreferenceViewSet):
    serializer_class = OptOutSerializer
    masked = MaskedOptOutSerializer
    filterset_class = OptOutFilter
    model = OptOut
    route = "opt-out"

    def get_queryset(self) -> QuerySet[OptOut]:
        return OptOut.objects.in_force()

    @extend_schema(
        summary="List opt-outs", description="Those in force. Filters combine with AND.", tags=["opt-outs"]
    )
    def list(self, request: Request) -> Response:
        return self.get_paginated_response(self._described(self.rows_of_page()))

    @extend_schema(
        summary="Opt out",
        description="The phone gets no message of the topic, or none at all, whatever becomes of its client. "
        f"{HOLDS}`cancelled` with the code `opted_out`. {ONCE}",
        tags=["opt-outs"],
        parameters=[IDEMPOTENCY_KEY],
        responses={200: OptOutSerializer, 201: OptOutSerializer},
    )
    def create(self, request: Request) -> Response:
        values = self.valid(OptOutSerializer(data=request.data))
        return self._said_once(values, preference_changes.opt_out)

    @extend_schema(summary="Show an opt-out", description="One in force, by id.", tags=["opt-outs"])
    def retrieve(self, request: Request, pk: int) -> Response:
        return Response(self._described([self.get_queryset().get(pk=pk)])[0])

    @extend_schema(
        summary="Withdraw an opt-out",
        description="For mailings that start from now on: what was cancelled stays so. Kept as history.",
        tags=["opt-outs"],
    )
    def destroy(self, request: Request, pk: int) -> Response:
        preference_changes.withdraw_opt_out(pk)
        return Response(status=204)


class ConsentViewSet(PreferenceViewSet):
    serializer_class = ConsentSerializer
    masked = MaskedConsentSerializer
    filterset_class = ConsentFilter
    model = Consent
    route = "consent"

    def get_queryset(self) -> QuerySet[Consent]:
        return Consent.objects.all()

    @extend_schema(
        summary="List consents",
        description="Also revoked ones, unless `state` says otherwise. Filters combine with AND.",
        tags=["consents"],
    )
    def list(self, request: Request) -> Response:
        return self.get_paginated_response(self._described(self.rows_of_page()))

    @extend_schema(
        summary="Record a consent",
        description="The phone may get mailings of the topic, or all, that require a consent, from the next "
        f"one that starts. {ONCE}",
        tags=["consents"],
        parameters=[IDEMPOTENCY_KEY],
        responses={200: ConsentSerializer, 201: ConsentSerializer},
    )
    def create(self, request: Request) -> Response:
        values = self.valid(ConsentSerializer(data=request.data))
        try:
            return self._said_once(values, preference_changes.give_consent)
        except FromTheFuture:
            raise serializers.ValidationError({"given_at": ["Must not be in the future."]}) from None

    @extend_schema(summary="Show a consent", description="One consent by id.", tags=["consents"])
    def retrieve(self, request: Request, pk: int) -> Response:
        return Response(self._described([self.get_queryset().get(pk=pk)])[0])

    @extend_schema(
        summary="Revoke a consent",
        description=f"{HOLDS}`cancelled` with the code `no_consent`. It is kept, with `revoked_at`. "
        "Of one that is revoked already, nothing changes.",
        tags=["consents"],
    )
    def destroy(self, request: Request, pk: int) -> Response:
        preference_changes.revoke_consent(pk)
        return Response(status=204)


class OptOutImportView(FileImportView):
    needs = PREFERENCES

    @extend_schema(
        operation_id="opt_outs_import",
        summary="Import opt-outs from a file",
        description=f"Columns: `phone` (required), `topic`, `reason`, `source`. {FILE}",
        tags=["opt-outs"],
        parameters=[REQUEST_ID, IDEMPOTENCY_KEY],
        request=dict.fromkeys(FORMATS, OpenApiTypes.BINARY),
        responses={200: ImportResultSerializer},
    )
    def post(self, request: Request) -> Response:
        return imported(request, preference_changes.import_opt_outs)


class ConsentImportView(FileImportView):
    needs = PREFERENCES

    @extend_schema(
        operation_id="consents_import",
        summary="Import consents from a file",
        description=f"Columns: `phone` (required), `topic`, `given_at`, `evidence`. {FILE}",
        tags=["consents"],
        parameters=[REQUEST_ID, IDEMPOTENCY_KEY],
        request=dict.fromkeys(FORMATS, OpenApiTypes.BINARY),
        responses={200: ImportResultSerializer},
    )
    def post(self, request: Request) -> Response:
        return imported(request, preference_changes.import_consents)
