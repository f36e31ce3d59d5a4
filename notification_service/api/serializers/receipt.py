from typing import Any

from rest_framework import serializers

from notification_service.api.fields import INT64
from notification_service.mailings.receipts import MOST_RECEIPTS

RECEIPT = {
    "type": "object",
    "required": ["id", "status"],
    "properties": {
        "id": {**INT64, "description": "Of the message, as it was sent to the gateway."},
        "status": {"type": "string", "enum": ["delivered", "undelivered"]},
        "at": {
            "type": ["string", "null"],
            "format": "date-time",
            "description": "When it arrived. Now where absent.",
        },
        "reason": {
            "type": ["string", "null"],
            "description": "Mostly why it did not arrive; 200 characters of it are kept.",
        },
    },
}
# No serializer: thousands of receipts come in a second (`mailings/receipts/reading.py`).
RECEIPTS = {"oneOf": [RECEIPT, {"type": "array", "items": RECEIPT, "maxItems": MOST_RECEIPTS}]}
RECEIPTS_REQUEST = {"application/json": RECEIPTS}


class ReceiptsTakenSerializer(serializers.Serializer[Any]):
    receipts = serializers.IntegerField(help_text="How many said that a message arrived, or that it did not.")
    unknown = serializers.IntegerField(help_text="How many of them are of no message of this gateway.")


class ReceiptKeySerializer(serializers.Serializer[Any]):
    key = serializers.CharField(allow_null=True, help_text="null: the gateway has none yet.")
    receipts_url = serializers.URLField(help_text="Where the provider sends receipts.")
    inbound_url = serializers.URLField(help_text="Where the provider sends replies.")
