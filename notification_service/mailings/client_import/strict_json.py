"""JSON as the API takes it: no key twice, no NaN, and no nesting that exhausts the parser."""

import json
from collections import Counter
from typing import Any, Never

from notification_service.mailings.client_import.report import BadLine, shown


def parse_json(text: str, *, field: str | None = None) -> Any:
    """Raises BadLine, with `field` as the place, for what is not JSON."""
    start = "is" if field else "The line is"
    try:
        return DECODER.decode(text)
    except json.JSONDecodeError as error:
        reason = f"not valid JSON at character {error.pos + 1}: {error.msg}."
    except RecursionError:
        reason = "nested too deeply."
    except _RepeatedKeyError as error:
        reason = f"not acceptable JSON: the key {shown(str(error))} is there twice."
    except ValueError as error:  # a constant of ours, or int()'s limit on digits
        reason = "not acceptable JSON: " + (
            "a number is too long." if "digits" in str(error) else f"{error}."
        )
    raise BadLine(f"{start} {reason}", field=field)


class _RepeatedKeyError(Exception):
    pass


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        ((repeated, _),) = Counter(key for key, _ in pairs).most_common(1)
        raise _RepeatedKeyError(repeated)
    return members


def _constant(name: str) -> Never:
    raise ValueError(f"{name} is not a number")


DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant)
