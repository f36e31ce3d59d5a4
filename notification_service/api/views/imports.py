# ruff: noqa: ARG002 (REST framework passes the request to every method)

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from notification_service.access.authentication import name_of
from notification_service.access.permissions import IMPORTS, Permission
from notification_service.access.phones import note_phones
from notification_service.api.idempotency import run_once
from notification_service.api.openapi.words import IDEMPOTENCY_KEY, SENT_BACK
from notification_service.api.problems import ConflictError
from notification_service.api.serializers.upload import (
    RejectedLineSerializer,
    UploadChangeSerializer,
    UploadPreviewSerializer,
    UploadSerializer,
)
from notification_service.api.views.base import ApiViewSet, created
from notification_service.api.views.client_import import TAGS
from notification_service.api.views.file_import import FORMATS, CsvParser, NdjsonParser
from notification_service.api.views.import_arrival import Arrival, wishes_of
from notification_service.api.views.import_choices import not_ready, obstacle_words, take_choices
from notification_service.directory.importing.uploads import lifecycle
from notification_service.directory.importing.uploads.preview import SHOWN, preview_upload
from notification_service.directory.models import ClientUpload, RejectedLine
from notification_service.directory.rules import FILLED_LINE_PATTERN
from notification_service.mailings.client_uploads import start_upload

Status = ClientUpload.Status
FILE_PARSERS = (CsvParser, NdjsonParser)  # of the address that takes files
UNDER_WAY = (Status.WAITING, Status.RUNNING, Status.FINISHED)
NAME = OpenApiParameter(
    "name",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": FILLED_LINE_PATTERN},
    description="What people are to see it called.",
)
START = OpenApiParameter(
    "start",
    OpenApiTypes.STR,
    enum=["true", "false"],
    default="true",
    description="With `false` the file waits: look at its preview, say how it is to be read, and start it.",
)
TIMEZONE = OpenApiParameter("timezone", OpenApiTypes.STR, description="For rows without a time zone.")
DESCRIPTION = """
Stores the file and answers; a worker imports it, and continues after a crash where it was. `GET` shows how
far it is. For what is in a file, see `POST /api/v1/clients/import/`, which imports it while it is sent and
answers with the result. The encoding and the separator are recognised. The same file is imported once at a
time: while it waits or is imported, it is answered 409, with that import in `existing`.
"""


class ImportViewSet(ApiViewSet):
    serializer_class = UploadSerializer
    needs = IMPORTS
    action_needs = {
        "preview": Permission.WHOLE_PHONES,
        "rejected": Permission.WHOLE_PHONES,
        **dict.fromkeys(("start", "cancel"), Permission.ADD_CLIENTS),
    }
    paged_actions = ("list", "rejected")
    file_actions = ("create",)

    def get_queryset(self) -> QuerySet[Any]:
        if self.action == "rejected":
            return RejectedLine.objects.filter(upload=self.kwargs["pk"])
        return ClientUpload.objects.all()

    def query_parameters(self) -> set[str]:
        own = {"name", "start", "tags", "timezone"} if self.action == "create" else set()
        return super().query_parameters() | own

    @extend_schema(
        summary="List imports",
        description="Files of clients that are imported in the background, newest first.",
    )
    def list(self, request: Request) -> Response:
        return self.get_paginated_response(UploadSerializer(self.rows_of_page(), many=True).data)

    @extend_schema(
        summary="Import a file in the background",
        description=DESCRIPTION,
        parameters=[NAME, START, TAGS, TIMEZONE, IDEMPOTENCY_KEY],
        request=dict.fromkeys(FORMATS, OpenApiTypes.BINARY),
        responses={201: UploadSerializer},
    )
    def create(self, request: Request) -> Response:
        with Arrival(wishes_of(request), by=name_of(request)) as arrival:
            arrival.receive(request._request)
            about = {**request.query_params.dict(), "digest": arrival.digest}
            pk, is_replayed = run_once(request, about, arrival.store)
        location = reverse("import", kwargs={"pk": pk}, request=request)
        return created(_described(pk), location=location, is_replayed=is_replayed, row=None)

    @extend_schema(
        summary="Show an import",
        description="How far it is: `bytes_done` of `bytes`, and what became of the rows so far.",
    )
    def retrieve(self, request: Request, pk: int) -> Response:
        return Response(_described(pk))

    @extend_schema(
        summary="Say how a file is to be read",
        description=f"While it waits to be started. Its preview shows what comes of it. {SENT_BACK}",
        request=UploadChangeSerializer,
        responses=UploadSerializer,
    )
    def partial_update(self, request: Request, pk: int) -> Response:
        upload = _waiting(pk)
        take_choices(upload, self.valid(UploadChangeSerializer(upload, data=request.data)))
        return Response(_described(pk))

    @extend_schema(
        operation_id="imports_preview",
        summary="Look at the first rows of a file",
        description="As they would be read, while it waits to be started.",
        responses=UploadPreviewSerializer,
    )
    def preview(self, request: Request, pk: int) -> Response:
        upload = _waiting(pk)
        note_phones(request.user, SHOWN)
        seen = preview_upload(upload)
        seen.problem = seen.problem or obstacle_words(upload)
        return Response(UploadPreviewSerializer(seen).data)

    @extend_schema(
        operation_id="imports_start",
        summary="Start an import",
        description="Of one that was started already, nothing changes.",
        request=None,
    )
    def start(self, request: Request, pk: int) -> Response:
        self.refuse_body(request)
        upload = ClientUpload.objects.get(pk=pk)
        if upload.status == Status.READY:
            if words := obstacle_words(upload):
                raise ConflictError("conflict", words)
            start_upload(pk, by=name_of(request))
        elif upload.status not in UNDER_WAY:
            raise not_ready()
        return Response(_described(pk))

    @extend_schema(
        operation_id="imports_cancel",
        summary="Cancel an import",
        description="It stops within a second; what is imported stays. Of one that has ended, nothing "
        "changes.",
        request=None,
    )
    def cancel(self, request: Request, pk: int) -> Response:
        self.refuse_body(request)
        ClientUpload.objects.get(pk=pk)
        lifecycle.cancel(pk)
        return Response(_described(pk))

    @extend_schema(
        operation_id="imports_rejected",
        summary="List the rejected lines of an import",
        description="For 30 days; the first 100,000 of them.",
        responses=RejectedLineSerializer(many=True),
    )
    def rejected(self, request: Request, pk: int) -> Response:
        ClientUpload.objects.get(pk=pk)
        rows = self.rows_of_page()
        note_phones(request.user, len(rows))
        return self.get_paginated_response(RejectedLineSerializer(rows, many=True).data)


def _waiting(pk: int) -> ClientUpload:
    upload = ClientUpload.objects.get(pk=pk)
    if upload.status != Status.READY:
        raise not_ready()
    return upload


def _described(pk: int) -> Any:
    return UploadSerializer(ClientUpload.objects.get(pk=pk)).data
