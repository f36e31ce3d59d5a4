"""Who may do what: one table for the console and the API. Pure; `doors` looks it up.

Each permission is one of Django's own, which the groups of the roles have (`roles`); whoever administers the
database can give some of them to other groups. What a key may do depends on its scope, here.
"""

from collections.abc import Mapping
from enum import StrEnum

VIEWER, OPERATOR, ADMINISTRATOR = ROLES = (
    "viewer",
    "operator",
    "administrator",
)  # as the environment has them
READ, SEND, WRITE, ADMIN = SCOPES = ("read", "send", "write", "admin")
PII = "pii"  # beside any of them: personal data, which are phones


class Permission(StrEnum):
    SEE_MAILINGS = "mailings.view_mailing"
    SEE_MESSAGES = "mailings.view_message"
    SEE_CLIENTS = "directory.view_client"
    SEE_GATEWAYS = "mailings.view_gateway"
    ADD_MESSAGES = "mailings.add_message"  # single ones
    ADD_MAILINGS = "mailings.add_mailing"
    CHANGE_MAILINGS = "mailings.change_mailing"
    DELETE_MAILINGS = "mailings.delete_mailing"
    IGNORE_OPT_OUTS = "mailings.override_mailing"
    ADD_CLIENTS = "directory.add_client"
    CHANGE_CLIENTS = "directory.change_client"
    WHOLE_PHONES = "directory.export_client"  # may have whole phones; others see them masked
    DELETE_CLIENTS = "directory.delete_client"
    ADD_GATEWAYS = "mailings.add_gateway"
    CHANGE_GATEWAYS = "mailings.change_gateway"
    DELETE_GATEWAYS = "mailings.delete_gateway"
    SEE_WEBHOOKS = "webhooks.view_webhook"
    ADD_WEBHOOKS = "webhooks.add_webhook"
    CHANGE_WEBHOOKS = "webhooks.change_webhook"
    DELETE_WEBHOOKS = "webhooks.delete_webhook"
    SEE_CONTACT_HOURS = "mailings.view_contacthours"
    CHANGE_CONTACT_HOURS = "mailings.change_contacthours"  # and have a mailing ignore them
    RECEIPT_KEYS = "mailings.rotate_gateway"  # see what providers show us, and replace it
    SEE_INBOUND = "mailings.view_inboundmessage"
    SEE_PEOPLE = "auth.view_user"
    ADD_PEOPLE = "auth.add_user"
    CHANGE_PEOPLE = "auth.change_user"
    DELETE_PEOPLE = "auth.delete_user"
    SEE_ROLES = "auth.view_group"
    SEE_KEYS = "access.view_apikey"
    ADD_KEYS = "access.add_apikey"
    CHANGE_KEYS = "access.change_apikey"
    DELETE_KEYS = "access.delete_apikey"
    SEE_AUDIT = "audit.view_entry"


P = Permission
_LOOK = frozenset(
    {
        *(P.SEE_MAILINGS, P.SEE_MESSAGES, P.SEE_CLIENTS, P.SEE_GATEWAYS, P.SEE_CONTACT_HOURS),
        P.SEE_INBOUND,
    }
)
_WRITE = frozenset(
    {
        *(P.ADD_MAILINGS, P.CHANGE_MAILINGS, P.DELETE_MAILINGS, P.ADD_MESSAGES),
        *(P.ADD_CLIENTS, P.CHANGE_CLIENTS, P.DELETE_CLIENTS, P.WHOLE_PHONES),
    }
)
_WEBHOOKS = frozenset({P.SEE_WEBHOOKS, P.ADD_WEBHOOKS, P.CHANGE_WEBHOOKS, P.DELETE_WEBHOOKS})

# Each may do what the one before may. A key of the scope `admin` may do what an administrator may: as it can
# make people and keys, less would be no less. The audit log has its name, not that of whoever holds it.
OF_ROLE: Mapping[str, frozenset[Permission]] = {
    VIEWER: _LOOK,
    OPERATOR: _LOOK | _WRITE,
    ADMINISTRATOR: frozenset(Permission),
}
# What a key with the scope may do; `send` needs no list of clients, and `write` may do the same and more.
OF_SCOPE: Mapping[str, frozenset[Permission]] = {
    READ: _LOOK,
    SEND: frozenset({P.SEE_MAILINGS, P.SEE_MESSAGES, P.ADD_MAILINGS, P.CHANGE_MAILINGS, P.ADD_MESSAGES}),
    WRITE: _LOOK | _WRITE - {P.WHOLE_PHONES},
    ADMIN: frozenset(Permission) - {P.WHOLE_PHONES},
    PII: frozenset({P.WHOLE_PHONES}),
}

# Fields of a mailing or a single message that not everyone who may write one may set.
RESERVED: Mapping[str, Permission] = {
    "ignores_contact_hours": P.CHANGE_CONTACT_HOURS,
    "ignores_opt_outs": P.IGNORE_OPT_OUTS,
}

# What a method of the API needs, unless its action needs something else.
Methods = Mapping[str, Permission]


def by_method(*, see: Permission, add: Permission, change: Permission, delete: Permission) -> Methods:
    return {
        **dict.fromkeys(("GET", "HEAD", "OPTIONS"), see),
        "POST": add,
        "PUT": change,
        "PATCH": change,
        "DELETE": delete,
    }


def by_method_of_read_only(see: Permission, *, other: Permission) -> Methods:
    """`other` is needed for methods that do not exist, which then get 405."""
    return by_method(see=see, add=other, change=other, delete=other)


MAILINGS = by_method(
    see=P.SEE_MAILINGS, add=P.ADD_MAILINGS, change=P.CHANGE_MAILINGS, delete=P.DELETE_MAILINGS
)
CLIENTS = by_method(see=P.SEE_CLIENTS, add=P.ADD_CLIENTS, change=P.CHANGE_CLIENTS, delete=P.DELETE_CLIENTS)
# What a client wants is a part of what is known of the client.
PREFERENCES = by_method(
    see=P.SEE_CLIENTS, add=P.ADD_CLIENTS, change=P.CHANGE_CLIENTS, delete=P.DELETE_CLIENTS
)
GATEWAYS = by_method(
    see=P.SEE_GATEWAYS, add=P.ADD_GATEWAYS, change=P.CHANGE_GATEWAYS, delete=P.DELETE_GATEWAYS
)
KEYS = by_method(see=P.SEE_KEYS, add=P.ADD_KEYS, change=P.CHANGE_KEYS, delete=P.CHANGE_KEYS)
PEOPLE = by_method(see=P.SEE_PEOPLE, add=P.ADD_PEOPLE, change=P.CHANGE_PEOPLE, delete=P.CHANGE_PEOPLE)
# Whoever may add clients may bring a file of them, and say how it is read.
IMPORTS = by_method(see=P.SEE_CLIENTS, add=P.ADD_CLIENTS, change=P.ADD_CLIENTS, delete=P.ADD_CLIENTS)
WEBHOOKS = by_method(
    see=P.SEE_WEBHOOKS, add=P.ADD_WEBHOOKS, change=P.CHANGE_WEBHOOKS, delete=P.DELETE_WEBHOOKS
)
CONTACT_HOURS = by_method_of_read_only(P.SEE_CONTACT_HOURS, other=P.CHANGE_CONTACT_HOURS)
MESSAGES = by_method(
    see=P.SEE_MESSAGES, add=P.ADD_MESSAGES, change=P.CHANGE_MAILINGS, delete=P.CHANGE_MAILINGS
)
INBOUND = by_method_of_read_only(P.SEE_INBOUND, other=P.CHANGE_MAILINGS)
STATISTICS = by_method_of_read_only(P.SEE_MAILINGS, other=P.CHANGE_MAILINGS)
AUDIT = by_method_of_read_only(P.SEE_AUDIT, other=P.SEE_AUDIT)


def holders_of(permission: Permission) -> tuple[str | None, str]:
    """Return the narrowest scope and role that have it; None for the scope if no key has it."""
    scope = next((name for name in (*SCOPES, PII) if permission in OF_SCOPE[name]), None)
    return scope, next(name for name in ROLES if permission in OF_ROLE[name])
