# ruff: noqa: ARG002 (REST framework passes the request to every method)

from functools import partial
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from notification_service.access.permissions import MAILINGS, Permission
from notification_service.api.openapi.words import IDEMPOTENCY_KEY, SENT_BACK
from notification_service.api.serializers.template import TemplateSerializer, TemplateVersionSerializer
from notification_service.api.views.base import ApiViewSet, create_once, expected_versions, versioned
from notification_service.mailings import templates
from notification_service.mailings.models import Template, TemplateVersion

COPIED = "Mailings have copies of its text, which stay as they are."


class TemplateViewSet(ApiViewSet):
    serializer_class = TemplateSerializer
    needs = MAILINGS
    action_needs = {"versions": Permission.SEE_MAILINGS}
    paged_actions = ("list", "versions")

    def get_queryset(self) -> QuerySet[Any]:
        if self.action == "versions":
            return TemplateVersion.objects.filter(template=self.kwargs["pk"])
        return Template.objects.all()

    @extend_schema(
        summary="List templates",
        description="The texts that are saved for later mailings, each in its present version.",
    )
    def list(self, request: Request) -> Response:
        return self.get_paginated_response(TemplateSerializer(self.rows_of_page(), many=True).data)

    @extend_schema(
        summary="Save a template",
        description="A text under a name, for later mailings.",
        parameters=[IDEMPOTENCY_KEY],
    )
    def create(self, request: Request) -> Response:
        values = self.valid(TemplateSerializer(data=request.data))
        make = partial(templates.create_template, **values)
        return create_once(request, route="template", values=values, make=make, show=_described)

    @extend_schema(
        summary="Show a template",
        description="One template by id.",
    )
    def retrieve(self, request: Request, pk: int) -> Response:
        return _shown(Template.objects.get(pk=pk))

    @extend_schema(
        summary="Replace a template",
        description=f"Makes a new version. {COPIED}",
    )
    def update(self, request: Request, pk: int) -> Response:
        return self._update(request, pk, partial=False)

    @extend_schema(
        summary="Change a template",
        description=f"Makes a new version with the fields given, and the others as they were. {COPIED} "
        f"{SENT_BACK}",
    )
    def partial_update(self, request: Request, pk: int) -> Response:
        return self._update(request, pk, partial=True)

    @extend_schema(
        summary="Delete a template",
        description=f"With its versions. {COPIED}",
    )
    def destroy(self, request: Request, pk: int) -> Response:
        templates.delete_template(pk, expected=expected_versions(request))
        return Response(status=204)

    @extend_schema(
        summary="List the versions of a template",
        description="Each as it was made, the present one among them.",
        operation_id="templates_versions",
        responses=TemplateVersionSerializer(many=True),
    )
    def versions(self, request: Request, pk: int) -> Response:
        Template.objects.get(pk=pk)
        return self.get_paginated_response(TemplateVersionSerializer(self.rows_of_page(), many=True).data)

    def _update(self, request: Request, pk: int, *, partial: bool) -> Response:
        serializer = TemplateSerializer(Template.objects.get(pk=pk), data=request.data, partial=partial)
        values = self.valid(serializer)
        return _shown(templates.update_template(pk, expected=expected_versions(request), **values))


def _shown(template: Template) -> Response:
    return versioned(_described(template), template)


def _described(template: Template) -> Any:
    return TemplateSerializer(template).data
