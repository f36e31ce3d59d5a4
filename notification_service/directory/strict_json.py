"""JSON that every reader understands in the same way: no key twice, no NaN."""

import json
from collections import Counter
from typing import Any, Never

BOM = "\ufeff"


class RepeatedKey(ValueError):  # noqa: N818
    """If a name is there twice, two readers could take different values."""

    def __init__(self, key: str) -> None:
        super().__init__("a name is there twice in an object")
        self.key = key


class NotANumber(ValueError):  # noqa: N818
    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is not a JSON number")
        self.name = name


def parse(text: str) -> Any:
    """Raises ValueError, of which RepeatedKey, NotANumber and JSONDecodeError are kinds, and RecursionError.

    A plain ValueError is a number with more digits than Python reads.
    """
    if text.startswith(BOM):
        raise json.JSONDecodeError("Unexpected UTF-8 BOM (decode using utf-8-sig)", text, 0)
    return _DECODER.decode(text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        ((repeated, _),) = Counter(key for key, _ in pairs).most_common(1)
        raise RepeatedKey(repeated)
    return members


def _refuse_constant(name: str) -> Never:
    raise NotANumber(name)


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_refuse_constant)
