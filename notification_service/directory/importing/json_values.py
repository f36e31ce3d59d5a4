"""Strict JSON in a line, with words for what is wrong with it."""

import json
from typing import Any

from django.utils.translation import gettext as _

from notification_service.directory import strict_json
from notification_service.directory.importing.report import BadLine, shown


def parse_json(text: str, *, field: str | None = None) -> Any:
    """Raises BadLine, with `field` as the place, if it is not JSON."""
    try:
        return strict_json.parse(text)
    except RecursionError:
        reason = _("nested too deeply.")
    except ValueError as error:
        reason = _reason(error)
    words = _("is %(reason)s") if field else _("The line is %(reason)s")
    raise BadLine(words % {"reason": reason}, field=field)


def _reason(error: ValueError) -> str:
    match error:
        case json.JSONDecodeError():
            facts = {"place": error.pos + 1, "error": error.msg}
            return _("not valid JSON at character %(place)d: %(error)s.") % facts
        case strict_json.RepeatedKey():
            return _("not acceptable JSON: the key %(key)s is there twice.") % {"key": shown(error.key)}
        case strict_json.NotANumber():
            return _("not acceptable JSON: %(error)s.") % {"error": f"{error.name} is not a number"}
        case _:
            return _("not acceptable JSON: a number is too long.")
