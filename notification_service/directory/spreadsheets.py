"""Cells that a spreadsheet does not take for a formula, and that can be read back unchanged. Pure.

A spreadsheet may split a line elsewhere than we do: at `;` in most of Europe, at a tab, at a line's end. So
an apostrophe is put where a formula would begin: at the start of a cell, and after each such place. Quotes
and spaces before a formula do not stop a spreadsheet. If there are apostrophes already, one more is added, so
that `unguarded` always reads back what `guarded` wrote.
"""

import re

_PLACE = "[,;\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]"
_BEFORE = "['\" \u00a0\u1680\u2000-\u200f\u202a-\u202f\u205f\u2060\u3000\ufeff]*"
_FORMULA = "[=+\\-@＝＋－＠]"
_AFTER_A_CUT = f"(?<={_PLACE})(?={{guard}}{_BEFORE}{_FORMULA})"
_AT_THE_START = f"\\A(?={{guard}}{_BEFORE}(?:{_FORMULA}|[\t\r\n]))"
_BEGINS = f"(?:{_AFTER_A_CUT}|{_AT_THE_START})"

TO_GUARD = re.compile(_BEGINS.format(guard=""))
GUARDED = re.compile(_BEGINS.format(guard="'") + "'")


def guarded(text: str) -> str:
    return TO_GUARD.sub("'", text)


def unguarded(text: str) -> str:
    return GUARDED.sub("", text) if "'" in text else text
