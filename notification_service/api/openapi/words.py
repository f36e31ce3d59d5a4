"""Texts of the document that several operations have."""

from drf_spectacular.utils import OpenApiParameter

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "pattern": "^[!-~]([ -~]{0,253}[!-~])?$", "minLength": 1, "maxLength": 255},
    OpenApiParameter.HEADER,
    description="A name of your own for this request. One that repeats the key and says the same gets the "
    "first one's answer, with `Idempotency-Replayed: true`, and makes nothing anew. Kept for 48 hours.",
)
REQUEST_ID = OpenApiParameter(
    "X-Request-ID",
    str,
    OpenApiParameter.HEADER,
    description="An id of your own, for the logs and the audit log; the answer has it, too.",
)
SENT_BACK = "What GET returned can be sent back: a read-only field is taken where it agrees."

# What a success means: of one operation, or of all whose id ends so.
SUCCESS = {
    "list": "A page of the list.",
    "retrieve": "As it is now.",
    "create": "It was made.",
    "messages_create": "It waits to be sent; of a list, what is taken.",
    "update": "As it is now.",
    "partial_update": "As it is now.",
    "put_by_phone": "As it is now.",
    "destroy": "It is gone.",
    "pause": "The mailing, paused.",
    "resume": "The mailing, running.",
    "cancel": "The mailing, cancelled.",
    "bulk_actions_cancel": "The action, cancelled unless it had ended.",
    "bulk_actions_undo": "The action that takes it back.",
    "imports_create": "It is stored, and waits for a worker or to be started.",
    "imports_preview": "The first rows.",
    "imports_rejected": "A page of the lines.",
    "rejected_csv": "The file: a line with the names of the columns, then one for each rejected line.",
    "imports_start": "It waits for a worker, or is imported.",
    "imports_cancel": "The import, cancelled unless it had ended.",
    "keys_create": "It was made; `key` is shown this once.",
    "keys_revoke": "The key, revoked.",
    "people_unlock": "The person, unlocked.",
    "people_remove_second_factor": "The person, without a second factor.",
    "export": "All that is known of the client.",
    "proof": "What is known of the message.",
    "import": "What became of the lines.",
    "attributes": "The attributes that clients have.",
    "audience": "How many clients match.",
    "preview": "What the mailing would do.",
    "forecast": "When it is finished, or who is left out.",
    "forecast_retrieve": "When it is finished, or who is left out.",
    "test": "The test waits for a worker.",
    "test_retrieve": "As it is now.",
    "versions": "A page of the versions.",
    "deliveries": "A page of the deliveries.",
    "rotate_secret": "The webhook with its new secret.",
    "webhooks_test": "The delivery, which waits for a worker.",
    "redeliver": "How many are sent again.",
    "fullinfo": "The counts of everything, and a page of mailings.",
    "info": "The mailing with what became of its messages.",
    "messages_csv": "The file: a line with the names of the columns, then one for each message.",
    "messages_ndjson": "The file: a JSON object on each line.",
    "receipts": "They are recorded.",
    "inbound": "It is kept.",
    "receipt_key_retrieve": "The key, and the addresses for which it is.",
    "receipt_key_replace": "The new key.",
    "root": "The addresses.",
}
