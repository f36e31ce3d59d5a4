"""The kinds of problems that the API answers with, each under an address that does not change. Pure.

`/docs/problems/` and docs/reference/problems.md are this table.
"""

from dataclasses import dataclass

PAGE = "/docs/problems/"


@dataclass(frozen=True, slots=True)
class Kind:
    """`remedy` is what a program does about it."""

    name: str
    status: int
    meaning: str
    remedy: str

    @property
    def uri(self) -> str:
        return f"{PAGE}#{self.name}"


_TABLE = (
    Kind(
        "malformed-request", 400, "The request or its body cannot be read.", "Correct it; do not repeat it."
    ),
    Kind(
        "invalid-values", 400, "Values in the body are not acceptable: `errors` says which.", "Correct them."
    ),
    Kind("invalid-query", 400, "Parameters are not acceptable: `errors` says which.", "Correct them."),
    Kind(
        "not-authenticated", 401, "There is no key, or it is unknown, expired or revoked.", "Get a new key."
    ),
    Kind(
        "not-permitted",
        403,
        "This key or login may not do this.",
        "Use a key with another scope, or ask an administrator.",
    ),
    Kind("not-found", 404, "There is no such resource, or not any more.", "Forget its id."),
    Kind("unknown-address", 404, "There is nothing at this address.", "Look for it in `/openapi.json`."),
    Kind("method-not-allowed", 405, "The address does not take this method.", "`Allow` says which it takes."),
    Kind("not-acceptable", 406, "`Accept` names no form of the answer.", "Ask for `application/json`."),
    Kind("conflict", 409, "What is there does not allow it.", "Read it again and decide."),
    Kind(
        "client-exists",
        409,
        "Another client has this phone or this `external_id`: `existing` has its address.",
        "Change that one.",
    ),
    Kind(
        "gateway-exists",
        409,
        "Another gateway has this name: `existing` has its address.",
        "Change that one.",
    ),
    Kind(
        "segment-exists",
        409,
        "Another segment has this name: `existing` has its address.",
        "Change that one.",
    ),
    Kind(
        "template-exists",
        409,
        "Another template has this name: `existing` has its address.",
        "Change that one.",
    ),
    Kind(
        "person-exists",
        409,
        "Another person has this username: `existing` has the address.",
        "Choose another name, or change that person.",
    ),
    Kind(
        "import-exists",
        409,
        "The same file waits or is being imported: `existing` has the address.",
        "Follow that import.",
    ),
    Kind("segment-in-use", 409, "A mailing or another segment names it.", "Change those first."),
    Kind("gateway-in-use", 409, "A mailing names the gateway, or it is `main`.", "Disable it instead."),
    Kind(
        "not-undoable",
        409,
        "The bulk action cannot be undone, or not any more.",
        "Read it: it deleted clients, changed nobody, goes on, was undone, or is older than 30 days.",
    ),
    Kind(
        "mailing-status",
        409,
        "The mailing's status does not allow it.",
        "Read it again; it has gone on or ended.",
    ),
    Kind("webhook-disabled", 409, "Nothing is sent to the webhook.", "Enable it first."),
    Kind(
        "no-forecast",
        409,
        "The mailing has ended, or its gateway takes nothing now.",
        "`detail` says which; of a gateway, ask again when it takes messages.",
    ),
    Kind("length-required", 411, "The body has no `Content-Length`.", "Send one."),
    Kind(
        "changed-meanwhile",
        412,
        "It was changed since you read it (`If-Match`).",
        "Read it again, and repeat the change if it still makes sense.",
    ),
    Kind("body-too-large", 413, "The body is too large.", "Send less; an import of clients takes any size."),
    Kind(
        "unsupported-media-type",
        415,
        "The body is of a type or in a character set that is not read here.",
        "Send what `detail` names.",
    ),
    Kind(
        "unsupported-encoding",
        415,
        "The body has a `Content-Encoding` that is not read here.",
        "Send it as it is; `Accept-Encoding` of the answer says so.",
    ),
    Kind(
        "idempotency-key-reused",
        422,
        "The `Idempotency-Key` came with another body before.",
        "Use a key once.",
    ),
    Kind("too-many-requests", 429, "Too many requests in this minute.", "Wait for `Retry-After` seconds."),
    Kind(
        "internal-error",
        500,
        "Something went wrong in the service.",
        "Repeat it later; tell an administrator the `X-Request-ID`.",
    ),
    Kind(
        "database-unavailable",
        503,
        "The database does not answer, takes no changes, takes too long or is not ready.",
        "Wait for `Retry-After` seconds and repeat.",
    ),
    Kind(
        "too-busy",
        503,
        "The service has too many requests under way.",
        "Wait for `Retry-After` seconds and repeat.",
    ),
)
KINDS = {kind.name: kind for kind in _TABLE}
# Of an error that names no kind: the first of its status.
_OF_STATUS = {kind.status: kind for kind in reversed(_TABLE)}


def kind_of_status(status: int) -> Kind:
    return _OF_STATUS.get(status) or _OF_STATUS[400 if status < 500 else 500]
