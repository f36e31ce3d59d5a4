"""What providers tell: receipts, and replies."""

from notification_service.api.openapi.examples.parts import Examples, one, page

RECEIPT = {"id": 1, "status": "delivered", "at": "2030-01-31T06:00:09Z"}
RECEIPT_KEY = {
    "key": "nsr_5Zb1Yw0Jt8nVqk3uXo2rCe7sLd9aHf4gPi6mTjBxNvE",
    "receipts_url": "https://mailings.example/api/v1/gateways/main/receipts/",
    "inbound_url": "https://mailings.example/api/v1/gateways/main/inbound/",
}
REPLY_REQUEST = {"phone": "79161234567", "text": "Стоп!", "at": "2030-01-31T10:00:00+03:00"}
REPLY = {
    "id": 1,
    "gateway": "main",
    **REPLY_REQUEST,
    "at": "2030-01-31T07:00:00Z",
    "received_at": "2030-01-31T07:00:01.200000Z",
    "is_stop": True,
}

REQUESTS: Examples = {
    "gateways_receipts": {
        "one": {"value": RECEIPT},
        "several": {
            "value": [RECEIPT, {"id": 2, "status": "undelivered", "reason": "the phone is switched off"}]
        },
    },
    "gateways_inbound": one(REPLY_REQUEST),
}
RESPONSES: Examples = {
    "gateways_receipts": one({"receipts": 1, "unknown": 0}),
    "gateways_inbound": one({"id": 1, "is_stop": True}),
    "gateways_receipt_key_retrieve": one(RECEIPT_KEY),
    "gateways_receipt_key_replace": one(RECEIPT_KEY),
    "inbound_list": one(page(REPLY)),
    "inbound_retrieve": one(REPLY),
}
