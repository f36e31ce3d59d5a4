"""Texts with placeholders such as `{{phone}}`, and how a value is escaped for where it stands."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, quote_plus

from notification_service.mailings.gateways.http.faults import Faults, Place
from notification_service.mailings.gateways.unusable import GatewayFault

WRITTEN = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
MASKS = "*"  # which no URL and no form needs to escape
IN_A_HEADER = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) != "%")


class RequestPlaceholder(StrEnum):
    PHONE = "phone"  # 11 digits
    TEXT = "text"
    ID = "id"  # the message's, the same at every attempt
    PHONE_NUMBER = "phone:number"  # without quotes, as a whole value of a JSON body
    ID_NUMBER = "id:number"
    TOKEN = "token"  # noqa: S105 (the name of a placeholder)
    LOGIN = "login"  # of a token `login:password`
    PASSWORD = "password"  # noqa: S105
    BASIC_TOKEN = "basic_token"  # noqa: S105 (the token as `Authorization: Basic` has it)


NUMBERS = frozenset({RequestPlaceholder.PHONE_NUMBER, RequestPlaceholder.ID_NUMBER})
SECRETS = frozenset(
    {
        RequestPlaceholder.TOKEN,
        RequestPlaceholder.LOGIN,
        RequestPlaceholder.PASSWORD,
        RequestPlaceholder.BASIC_TOKEN,
    }
)
TEXTUAL = [placeholder.value for placeholder in RequestPlaceholder if placeholder not in NUMBERS]

Parts = tuple[str | RequestPlaceholder, ...]
Escape = Callable[[str], str]


def json_escaped(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)[1:-1]


def form_escaped(value: str) -> str:
    return quote_plus(value, safe=MASKS)


def url_escaped(value: str) -> str:
    """For a path as well as for a query."""
    return quote(value, safe=MASKS)


def header_escaped(value: str) -> str:
    """What no header can carry, spaces and `%` are percent-encoded. A secret stays as it is."""
    return quote(value, safe=IN_A_HEADER)


def as_is(value: str) -> str:
    return value


@dataclass(frozen=True, slots=True)
class PlaceholderTemplate:
    """`parts` are texts as they are sent, and placeholders whose values `escape` makes fit."""

    parts: Parts = ()
    escape: Escape = as_is

    @property
    def placeholders(self) -> frozenset[RequestPlaceholder]:
        return frozenset(part for part in self.parts if isinstance(part, RequestPlaceholder))

    def pattern(self, secrets: Mapping[RequestPlaceholder, str]) -> str:
        """Return it for `%`, with the secrets in it: `id`, `phone` and an escaped `text` are left to fill."""
        return "".join(self._pattern_of(part, secrets) for part in self.parts)

    def _pattern_of(self, part: str | RequestPlaceholder, secrets: Mapping[RequestPlaceholder, str]) -> str:
        if not isinstance(part, RequestPlaceholder):
            return part.replace("%", "%%")
        if part in SECRETS:
            secret = secrets[part] if self.escape is header_escaped else self.escape(secrets[part])
            return secret.replace("%", "%%")
        return f"%({part.value.partition(':')[0]})s"


def read_parts(text: str, place: Place, faults: Faults) -> Parts:
    """Return the text's parts as they are written; note the placeholders that do not exist."""
    parts: list[str | RequestPlaceholder] = []
    for index, part in enumerate(WRITTEN.split(text)):
        if index % 2 == 0:
            parts.append(part)
            if "{{" in part:
                faults.add(place, GatewayFault.PLACEHOLDER_UNKNOWN, "a placeholder that begins must end: }}")
        elif part in TEXTUAL:
            parts.append(RequestPlaceholder(part))
        else:
            faults.add(place, GatewayFault.PLACEHOLDER_UNKNOWN, _unknown(part))
    return tuple(part for part in parts if part != "")


def whole_number(text: str) -> RequestPlaceholder | None:
    """Return the placeholder that a JSON string is, if it stands for a number."""
    return next((number for number in NUMBERS if text == f"{{{{{number.value}}}}}"), None)


def _unknown(name: str) -> str:
    if name in [number.value for number in NUMBERS]:
        return f"{{{{{name}}}}} can only be a whole value of a JSON body"
    known = ", ".join(f"{{{{{each}}}}}" for each in TEXTUAL)
    return f"there is no placeholder {{{{{name[:40]}}}}}: {known}"
