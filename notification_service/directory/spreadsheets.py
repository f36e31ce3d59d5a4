"""Cells that no spreadsheet takes for a formula, and that come back as they were. Pure.

A spreadsheet may cut a line elsewhere than we do: at `;` in most of Europe, at a tab, at a line's end. So
an apostrophe stands at the start of a cell, and after each such place, where a formula would begin; quotes
and spaces before it hinder no spreadsheet. One more is put where apostrophes are there already: whatever the
text, `unguarded` reads back what `guarded` wrote.
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
