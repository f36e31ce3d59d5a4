"""JSON as the API takes it: no key twice, no NaN, and no nesting that exhausts the parser."""

import json
from collections import Counter
from typing import Any, Never

from django.utils.translation import gettext as _

from notification_service.directory.importing.report import BadLine, shown


def parse_json(text: str, *, field: str | None = None) -> Any:
    """Raises BadLine, with `field` as the place, for what is not JSON."""
    try:
        return DECODER.decode(text)
    except json.JSONDecodeError as error:
        facts = {"place": error.pos + 1, "error": error.msg}
        reason = _("not valid JSON at character %(place)d: %(error)s.") % facts
    except RecursionError:
        reason = _("nested too deeply.")
    except _RepeatedKeyError as error:
        reason = _("not acceptable JSON: the key %(key)s is there twice.") % {"key": shown(str(error))}
    except ValueError as error:  # a constant of ours, or int()'s limit on digits
        reason = _not_acceptable(error)
    words = _("is %(reason)s") if field else _("The line is %(reason)s")
    raise BadLine(words % {"reason": reason}, field=field)


def _not_acceptable(error: ValueError) -> str:
    if "digits" in str(error):
        return _("not acceptable JSON: a number is too long.")
    return _("not acceptable JSON: %(error)s.") % {"error": error}


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
