"""The page for people: totals, the behaviour in force, the last messages with masked phones. Pure."""

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from html import escape
from pathlib import Path
from string import Template
from typing import Any, Final

from .behaviour import SUCCESS, Behaviour
from .ring import Received

SHOWN: Final = 50
_LONGEST_TEXT: Final = 1_000
_SOURCE: Final = Path(__file__).with_name("page.html").read_text(encoding="utf-8")
_TEMPLATE: Final = Template(_SOURCE)
_TOTALS: Final = {
    "requests": "Requests",
    "accepted": "Accepted",
    "duplicates": "Duplicates",
    "requests_per_second": "Per second",
}


def _hash_of(tag: str) -> str:
    found = re.search(rf"<{tag}>(.*?)</{tag}>", _SOURCE, re.DOTALL)
    assert found
    return "'sha256-" + b64encode(sha256(found[1].encode()).digest()).decode() + "'"


# Even a text that got through the escaping could not run: only this page's own script and style can.
HEADERS: Final = {
    "Content-Security-Policy": (
        f"default-src 'none'; script-src {_hash_of('script')}; style-src {_hash_of('style')}; "
        "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}


def render(stats: Mapping[str, Any], behaviour: Behaviour, latest: Iterable[Received]) -> str:
    return _TEMPLATE.substitute(
        totals="".join(_total(label, stats[name]) for name, label in _TOTALS.items()),
        answers=_pairs(stats["answers"]) or "<dt>nothing yet</dt><dd></dd>",
        behaviour=_pairs(_describe(behaviour)),
        rows="".join(map(_row, latest)) or '<tr><td class="empty" colspan="5">No message yet</td></tr>',
    )


def mask_phone(phone: int | None) -> str:
    """Return `+7 916 ···· 12 34`; without eleven digits, only the last two are shown."""
    digits = "" if phone is None else str(abs(phone))
    if len(digits) == 11:
        return f"+{digits[0]} {digits[1:4]} ···· {digits[7:9]} {digits[9:]}"
    return f"···· {digits[-2:]}" if len(digits) > 4 else "····" if digits else "—"


def _describe(behaviour: Behaviour) -> dict[str, str]:
    described = {
        "latency": f"{behaviour.latency_ms:g} ms",
        "jitter": f"{behaviour.jitter_ms:g} ms",
        "5xx": f"{behaviour.error_rate:.2%}",
    }
    described |= {f"fault {name}": f"{share:.2%}" for name, share in behaviour.faults.items()}
    return described | {"retry-after": behaviour.retry_after, "seed": str(behaviour.seed)}


def _total(label: str, value: int) -> str:
    return f"<div><b>{value:,}</b><span>{label}</span></div>"


def _pairs(pairs: Mapping[str, object]) -> str:
    return "".join(f"<dt>{escape(name)}</dt><dd>{escape(str(value))}</dd>" for name, value in pairs.items())


def _row(received: Received) -> str:
    at = datetime.fromtimestamp(received.received_at, UTC)
    kind = "good" if received.answer == SUCCESS else "bad"
    msg_id = "—" if received.msg_id is None else str(received.msg_id)
    return (
        f'<tr><td><time datetime="{at.isoformat()}">{at:%H:%M:%S}.{at.microsecond // 1000:03}</time></td>'
        f"<td>{msg_id}</td><td>{mask_phone(received.phone)}</td>"
        f"<td>{escape(_shorten(received.text or ''))}</td>"
        f'<td><span class="{kind}">{escape(received.answer)}</span></td></tr>'
    )


def _shorten(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else text[:_LONGEST_TEXT] + "…"
