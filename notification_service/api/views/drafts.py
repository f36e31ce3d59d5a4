from functools import partial
from typing import Any
from uuid import uuid4

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from notification_service.access.authentication import actor_of
from notification_service.access.permissions import MAILINGS, Permission
from notification_service.access.phones import note_phones, phone_for, text_for
from notification_service.api.idempotency import run_once
from notification_service.api.openapi.words import IDEMPOTENCY_KEY
from notification_service.api.serializers.draft import (
    NewMailingSerializer,
    PreviewSerializer,
    TestSendSerializer,
    TestSerializer,
    fields_of,
)
from notification_service.api.serializers.forecast import ForecastSerializer, forecast_as_json
from notification_service.api.views.base import ApiViewSet, created
from notification_service.api.views.filters import refuse_hidden_phones
from notification_service.directory.models import Client
from notification_service.mailings import test_sends
from notification_service.mailings.counting import counting_in_time
from notification_service.mailings.forecast import forecast_of_new
from notification_service.mailings.matching import filter_of
from notification_service.mailings.models import Mailing, TestSend
from notification_service.mailings.preview import preview, sample_texts, shows_phones
from notification_service.mailings.validation import check_new

FORGOTTEN = {"text": "", "phone": ""}
SHOWN = ("clients", "excluded", "sms", "first_at", "spread_until", "unreachable")


class DraftViewSet(ApiViewSet):
    """A mailing that is not made yet."""

    serializer_class = PreviewSerializer
    needs = MAILINGS
    action_needs = {
        "preview": Permission.SEE_MAILINGS,
        "forecast": Permission.SEE_MAILINGS,
        "retrieve": Permission.ADD_MAILINGS,
    }
    pagination_class = None

    def get_queryset(self) -> QuerySet[TestSend]:
        return TestSend.objects.filter(requested_by=actor_of(self.request)).select_related("gateway")

    @extend_schema(
        summary="Preview a mailing",
        description="What a mailing would do if it were scheduled now: whom it reaches and when, what they "
        "get, and who is left out. Nothing is kept, hence a read key may ask.",
        operation_id="mailings_preview",
        request=NewMailingSerializer,
        responses=PreviewSerializer,
    )
    def preview(self, request: Request) -> Response:
        fields = self._fields(request)
        with counting_in_time():
            found = preview(fields)
            samples = sample_texts(fields, shown_phone=partial(phone_for, request.user))
        if shows_phones(fields["text"]):
            note_phones(request.user, len(samples))
        body = {name: getattr(found, name) for name in SHOWN}
        body |= {"samples": samples, "last_opening_at": found.last_at}
        return Response(PreviewSerializer(body).data)

    @extend_schema(
        summary="Foretell a mailing",
        description="When it would be finished if it were scheduled now, or who would be left out: beside "
        "what runs and is scheduled at its gateway, by the gateway's limits, by what workers have measured, "
        "and by the hours. Nothing is kept, hence a read key may ask. A gateway that takes nothing now: 409.",
        operation_id="mailings_forecast",
        request=NewMailingSerializer,
        responses=ForecastSerializer,
    )
    def forecast(self, request: Request) -> Response:
        fields = self._fields(request)
        with counting_in_time():
            return Response(forecast_as_json(forecast_of_new(fields)))

    @extend_schema(
        summary="Test a mailing",
        description="Sends its text once to one phone, with the values of a client if one is given. It "
        f"counts in no statistics. At most {test_sends.MOST_AN_HOUR} an hour.",
        operation_id="mailings_test",
        request=TestSerializer,
        responses={201: TestSendSerializer},
        parameters=[IDEMPOTENCY_KEY],
    )
    def test(self, request: Request) -> Response:
        values = self.valid(TestSerializer(data=request.data))
        made: list[TestSend] = []

        def work() -> Any:
            made.append(self._request(values))
            return {**self._described(made[0]), **FORGOTTEN}  # what is kept for a repetition names nobody

        body, is_replayed = run_once(request, values, work)
        known = made or self.get_queryset().filter(pk=body["id"])
        body = next(iter(map(self._described, known)), body)
        location = reverse("test-send", kwargs={"pk": body["id"]}, request=request)
        return created(body, location=location, is_replayed=is_replayed, row=None)

    @extend_schema(
        summary="Show a test",
        description="What became of a test that the same key or person asked for, within an hour.",
        operation_id="mailings_test_retrieve",
        responses=TestSendSerializer,
    )
    def retrieve(self, _request: Request, pk: int) -> Response:
        return Response(self._described(self.get_queryset().get(pk=pk)))

    def _fields(self, request: Request) -> dict[str, Any]:
        """Return what the body says, refused as it would be if the mailing were made."""
        fields = fields_of(self.valid(NewMailingSerializer(data=request.data)))
        mailing = Mailing(**fields)
        refuse_hidden_phones(request.user, filter_of(mailing), "filter")
        check_new(mailing)
        return fields

    def _request(self, values: dict[str, Any]) -> TestSend:
        client = _client(values.get("client"))
        try:
            text = test_sends.text_of_test(fields_of(values)["text"], client)
        except test_sends.NoText as error:
            raise serializers.ValidationError({"text": [str(error)]}) from None
        return test_sends.request_test_send(
            uuid4(),
            requested_by=actor_of(self.request),
            gateway=values.get("gateway"),
            phone=str(values.get("phone") or (client and client.phone)),
            text=text,
        )

    def _described(self, test_send: TestSend) -> Any:
        shown = TestSendSerializer(test_send).data
        who = self.request.user
        text = text_for(who, test_send.text)  # it may have the phone of the client whose values it has
        return {**shown, "text": text, "phone": phone_for(who, test_send.phone)}


def _client(pk: int | None) -> Client | None:
    if pk is None:
        return None
    client = Client.objects.alive().filter(pk=pk).first()
    if client is None:
        raise serializers.ValidationError({"client": ["There is no such client."]})
    return client
