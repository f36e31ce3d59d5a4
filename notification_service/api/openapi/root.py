from notification_service.api.openapi.operation import operation

ADDRESSES = {"type": "object", "additionalProperties": {"type": "string", "format": "uri"}}

root_docs = operation(
    "api_root",
    "Where things are",
    "The addresses of the lists and of the documentation.",
    answer=ADDRESSES,
)
