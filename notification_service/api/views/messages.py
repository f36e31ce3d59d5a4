# ruff: noqa: ARG002 (REST framework passes the request to every method)

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ErrorDetail
from rest_framework.request import Request
from rest_framework.response import Response

from notification_service.access.permissions import MESSAGES
from notification_service.access.phones import note_phones, phone_for, sees_whole_phones, text_for
from notification_service.api.message_filter import MessageFilter
from notification_service.api.openapi.words import IDEMPOTENCY_KEY
from notification_service.api.problems import InvalidQuery
from notification_service.api.serializers.client import ClientSerializer, MaskedClientSerializer
from notification_service.api.serializers.message import (
    ExpandedMessageSerializer,
    MessageDetailSerializer,
    MessageSerializer,
    SingleTermsSerializer,
)
from notification_service.api.serializers.personal_data import ProofSerializer
from notification_service.api.serializers.single_message import SingleMessageSerializer
from notification_service.api.views.base import ApiViewSet
from notification_service.api.views.message_rows import (
    described,
    last_failures,
    listed,
    visible_messages,
)
from notification_service.api.views.single_messages import REQUEST, RESPONSE, SEND, send_list, send_one
from notification_service.mailings.models import Message
from notification_service.mailings.proof import proof_of

FAILURES_SHOWN = 1000
EXPANDABLE = ("client", "failure")
EXPAND = OpenApiParameter(
    "expand",
    {"type": "array", "items": {"type": "string", "enum": list(EXPANDABLE)}, "maxItems": len(EXPANDABLE)},
    description="What each message has in `expanded`. `client`: its client as it is now. `failure`: its "
    "latest attempt that did not succeed, with what the gateway answered. May be given several times.",
)


class MessageViewSet(ApiViewSet):
    serializer_class = MessageSerializer
    filterset_class = MessageFilter
    needs = MESSAGES
    given_several_times = frozenset({"expand"})

    def get_queryset(self) -> QuerySet[Message]:
        return visible_messages()

    @extend_schema(
        summary="List messages",
        description="Newest first. Filters combine with AND; name a mailing or a client where you can.",
        parameters=[EXPAND],
        responses=ExpandedMessageSerializer(many=True),
    )
    def list(self, request: Request) -> Response:
        if wanted := self._wanted():
            return self.get_paginated_response(self._expanded(self.rows_of_page(), wanted))
        return self.get_paginated_response(described(self.rows_of_page()))

    @extend_schema(
        operation_id="messages_create",
        summary="Send single messages",
        description=SEND,
        request=REQUEST,
        responses={202: RESPONSE},
        parameters=[IDEMPOTENCY_KEY],
    )
    def create(self, request: Request) -> Response:
        if isinstance(request.data, Mapping) and "messages" in request.data:
            return send_list(request)
        return send_one(request, self.valid(SingleMessageSerializer(data=request.data)))

    def query_parameters(self) -> set[str]:
        return super().query_parameters() | ({"expand"} if self.action == "list" else set())

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        messages = super().filter_queryset(queryset)
        return messages.select_related("client", "single") if self._wanted() else listed(messages)

    def _wanted(self) -> set[str]:
        wanted = set(self.request.query_params.getlist("expand"))
        if wanted - set(EXPANDABLE):
            words = f"Must be one of: {', '.join(EXPANDABLE)}."
            raise InvalidQuery({"expand": [ErrorDetail(words, "invalid_choice")]})
        return wanted

    def _expanded(self, messages: Sequence[Message], wanted: set[str]) -> Any:
        who, context = self.request.user, dict[str, Any]()
        note_phones(who, len(messages))
        if "client" in wanted:
            context["write_client"] = ClientSerializer if sees_whole_phones(who) else MaskedClientSerializer
        if "failure" in wanted:
            context["failures"] = last_failures(messages, reader=who)
        return ExpandedMessageSerializer(messages, many=True, context=context).data

    @extend_schema(
        summary="Show a message",
        description="With the attempts that did not succeed.",
        responses=MessageDetailSerializer,
    )
    def retrieve(self, request: Request, pk: int) -> Response:
        message = self.get_queryset().select_related("client", "single").get(pk=pk)
        attempts = message.failed_attempts.filter(partition=message.partition)
        failures = attempts.select_related("gateway").order_by("-id")[:FAILURES_SHOWN]
        message.latest_failures = list(reversed(failures))  # type: ignore[attr-defined]
        for failure in failures:
            failure.response = text_for(request.user, failure.response, phone=message.phone or None)
        message.shown_terms = self._terms_of(message)  # type: ignore[attr-defined]
        return Response(MessageDetailSerializer(message).data)

    def _terms_of(self, message: Message) -> Any:
        """Return what a single message says, with its phone and its text as the reader may see them."""
        if message.mailing_id is not None:
            return None
        who, single = self.request.user, message.single
        shown = SingleTermsSerializer(single).data
        text = text_for(who, single.text, phone=message.phone or None)
        note_phones(who, 1)
        return {**shown, "phone": phone_for(who, message.phone) or None, "text": text}

    @extend_schema(
        operation_id="messages_proof",
        summary="Prove a message",
        description="To whom it went, when by their clock, through which gateway and in its words, and under "
        "which consent.",
        responses=ProofSerializer,
    )
    def proof(self, request: Request, pk: int) -> Response:
        found = self.get_queryset().select_related("client", "mailing", "single", "gateway").get(pk=pk)
        proof = proof_of(found)
        phone = proof["phone"]
        if found.mailing_id is None and proof["text"]:
            proof["text"] = text_for(request.user, proof["text"], phone=phone)
        for attempt in proof["failed_attempts"]:
            attempt["answer"] = text_for(request.user, attempt["answer"] or "", phone=phone) or None
        note_phones(request.user, 1)
        text = proof["text"] and text_for(request.user, proof["text"], phone=phone)
        shown = {**proof, "phone": phone_for(request.user, phone) or None, "text": text}
        return Response(ProofSerializer(shown).data)
