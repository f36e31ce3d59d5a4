"""What an identity provider says of a person, and the role that follows. Pure."""

from collections.abc import Mapping
from typing import Any

from notification_service.environment import ROLES


def role_of(claims: Mapping[str, Any], *, claim: str, groups: Mapping[str, list[str]]) -> str | None:
    """Return the highest role that one of the person's groups gives; None if there is none.

    `groups` maps a role to names of the provider's groups. A claim may be one name or a list of names.
    """
    held = names_in(claims.get(claim))
    return next((role for role in reversed(ROLES) if held & set(groups.get(role, []))), None)


def names_in(value: Any) -> set[str]:
    if isinstance(value, str):
        return {value}
    return {name for name in value if isinstance(name, str)} if isinstance(value, list) else set()


def full_name_of(claims: Mapping[str, Any]) -> str:
    return _text(claims, "name")


def username_of(claims: Mapping[str, Any]) -> str:
    """Return a first choice of name: if somebody has it already, another is made from it."""
    wanted = _text(claims, "preferred_username") or _text(claims, "email") or _text(claims, "nickname")
    return "".join(c for c in wanted if c.isalnum() or c in "@.+-_")


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return value.strip()[:150] if isinstance(value, str) and value.isprintable() else ""
