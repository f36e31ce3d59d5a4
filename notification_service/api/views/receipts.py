# ruff: noqa: ARG002 (REST framework passes the request to every method)

import json
from functools import lru_cache
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from notification_service.access.receipt_keys import IsGateway, ReceiptKeyAuthentication
from notification_service.api.parsers import StrictFormParser, StrictJSONParser
from notification_service.api.serializers.inbound import InboundRequestSerializer, InboundTakenSerializer
from notification_service.api.serializers.receipt import RECEIPTS_REQUEST, ReceiptsTakenSerializer
from notification_service.api.views.base import ApiViewSet
from notification_service.mailings.models import Gateway
from notification_service.mailings.receipts import (
    InvalidReceipts,
    ReceiptReader,
    ReceiptTally,
    reader_of,
    record_receipts,
)
from notification_service.mailings.replies import keep_reply
from notification_service.observability import metrics

KEY = (
    "For the gateway's provider, with the gateway's receipt key as the bearer; or without a header, with the "
    "key and a slash after this address."
)


class ProviderViewSet(ApiViewSet):
    """What providers tell us. They have keys of their own, no quota, and access to nothing else."""

    authentication_classes = (ReceiptKeyAuthentication,)
    permission_classes = (IsGateway,)
    throttle_classes = ()

    @property
    def gateway(self) -> Gateway:
        caller: Any = self.request.user
        gateway: Gateway = caller.gateway
        return gateway


class ReceiptViewSet(ProviderViewSet):
    parser_classes = (StrictJSONParser, StrictFormParser)

    @extend_schema(
        operation_id="gateways_receipts",
        summary="Tell what was delivered",
        description=f"{KEY} One receipt, or a list of up to 1,000, in the form that the gateway's settings "
        "describe, or else in this one. They may come twice, late and in any order: what is delivered stays "
        "so. Unknown ids are counted, not kept.",
        tags=["gateways"],
        request=RECEIPTS_REQUEST,
        responses={202: ReceiptsTakenSerializer},
    )
    def receipts(self, request: Request, name: str, key: str = "") -> Response:
        gateway = self.gateway
        try:
            found = _reader_of(json.dumps(gateway.config)).read(request.data)
        except InvalidReceipts as invalid:
            raise ValidationError(_nested(invalid)) from None
        tally = record_receipts(gateway.pk, found)
        _count(gateway.name, tally)
        return Response({"receipts": len(found), "unknown": tally.unknown}, status=202)


class InboundViewSet(ProviderViewSet):
    @extend_schema(
        operation_id="gateways_inbound",
        summary="Pass on a reply",
        description=f"{KEY} The same reply, which may come again, is kept once. If its whole text is a stop "
        "word (`STOP_WORDS`), its phone is opted out of everything.",
        tags=["gateways"],
        request=InboundRequestSerializer,
        responses={202: InboundTakenSerializer},
    )
    def inbound(self, request: Request, name: str, key: str = "") -> Response:
        values = self.valid(InboundRequestSerializer(data=request.data))
        kept = keep_reply(self.gateway, **values)
        if kept.is_new:
            metrics.replies.labels(str(kept.reply.is_stop).lower()).inc()
        return Response(InboundTakenSerializer(kept.reply).data, status=202)


class KeyedReceiptViewSet(ReceiptViewSet):
    """The same with the key in the address; the document says so in words."""

    schema = None


class KeyedInboundViewSet(InboundViewSet):
    """The same with the key in the address; the document says so in words."""

    schema = None


@lru_cache(maxsize=64)
def _reader_of(config: str) -> ReceiptReader:
    """Cached by the text of the settings: reading them takes longer than reading a receipt."""
    return reader_of(json.loads(config))


def _count(gateway: str, tally: ReceiptTally) -> None:
    for outcome in ("delivered", "undelivered", "repeated", "early", "unknown"):
        if count := getattr(tally, outcome):
            metrics.receipts.labels(gateway, outcome).inc(count)


def _nested(invalid: InvalidReceipts) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for place, detail, code in invalid.faults:
        node = nested
        for step in place:
            node = node.setdefault(str(step), {})
        node.setdefault("non_field_errors", []).append(ErrorDetail(detail, code))
    return nested
