# ruff: noqa: ARG002 (REST framework passes the request to every method)


from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from notification_service.access.doors import may
from notification_service.access.permissions import CLIENTS, Permission
from notification_service.api.idempotency import run_once
from notification_service.api.openapi.words import IDEMPOTENCY_KEY
from notification_service.api.problems import ConflictError
from notification_service.api.serializers.bulk_action import (
    BulkActionSerializer,
    BulkActionShownSerializer,
)
from notification_service.api.views.base import ApiViewSet, created
from notification_service.api.views.filters import refuse_hidden_phones, refusing_unknown_names
from notification_service.directory.models import BulkAction
from notification_service.mailings.bulk_actions import lifecycle
from notification_service.mailings.matching import check_filter


class BulkActionViewSet(ApiViewSet):
    serializer_class = BulkActionShownSerializer
    needs = CLIENTS
    action_needs = dict.fromkeys(("create", "cancel", "undo"), Permission.CHANGE_CLIENTS)

    def get_queryset(self) -> QuerySet[BulkAction]:
        return BulkAction.objects.all()

    @extend_schema(
        operation_id="bulk_actions_list",
        summary="List bulk actions",
        description="Newest first.",
        tags=["clients"],
    )
    def list(self, request: Request) -> Response:
        return self.get_paginated_response(BulkActionShownSerializer(self.rows_of_page(), many=True).data)

    @extend_schema(
        operation_id="bulk_actions_create",
        summary="Change all clients of a filter",
        description="Adds a tag to every client who matches, removes one, or deletes these clients. Answers "
        "at once; a worker reads the filter when it begins, and changes the clients of that moment step by "
        "step. Count them first with `POST /api/mailings/audience/`. A deletion is final.",
        parameters=[IDEMPOTENCY_KEY],
        tags=["clients"],
        request=BulkActionSerializer,
        responses={201: BulkActionShownSerializer},
    )
    def create(self, request: Request) -> Response:
        values = self.valid(BulkActionSerializer(data=request.data))
        if values["kind"] == BulkAction.Kind.DELETE and not may(request.user, Permission.DELETE_CLIENTS):
            raise PermissionDenied
        refuse_hidden_phones(request.user, values["filter"], "filter")
        with refusing_unknown_names("filter"):
            check_filter(values["filter"])
        chosen = values["filter"].as_json()
        about = {"kind": values["kind"], "tag": values.get("tag", ""), "chosen": chosen}
        pk, is_replayed = run_once(request, about, lambda: lifecycle.request_action(**about).pk)
        body = self._shown(pk).data
        location = reverse("bulk-action", kwargs={"pk": pk}, request=request)
        return created(body, location=location, is_replayed=is_replayed, row=None)

    @extend_schema(
        operation_id="bulk_actions_retrieve",
        summary="Show a bulk action",
        description="How far it is: `changed`, `unchanged` and `refused` add up to `clients` at its end.",
        tags=["clients"],
    )
    def retrieve(self, request: Request, pk: int) -> Response:
        return self._shown(pk)

    @extend_schema(
        operation_id="bulk_actions_cancel",
        summary="Cancel a bulk action",
        description="It stops after the step under way; what is done stays. Of one that has ended, nothing "
        "changes.",
        tags=["clients"],
        request=None,
    )
    def cancel(self, request: Request, pk: int) -> Response:
        self.refuse_body(request)
        self.get_queryset().get(pk=pk)
        lifecycle.cancel(pk)
        return self._shown(pk)

    @extend_schema(
        operation_id="bulk_actions_undo",
        summary="Undo a bulk action",
        description="Takes the tag from the clients who got it, or gives it back, at its place, to those who "
        "lost it: another bulk action, which is returned. Within 30 days, and once. A deletion is final.",
        tags=["clients"],
        request=None,
    )
    def undo(self, request: Request, pk: int) -> Response:
        self.refuse_body(request)
        try:
            undoing = lifecycle.undo(pk)
        except lifecycle.NotUndoable:
            raise ConflictError("not-undoable", "This cannot be undone, or not any more.") from None
        return self._shown(undoing.pk)

    def _shown(self, pk: int) -> Response:
        return Response(BulkActionShownSerializer(self.get_queryset().get(pk=pk)).data)
