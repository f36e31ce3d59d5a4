"""How many short messages a text takes. Pure; the console's `compose.js` does the same while typing."""

from collections.abc import Sequence
from dataclasses import dataclass

GSM_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENSION = "\f^{}\\[~]|€"  # each takes two septets
GSM7, UCS2 = "GSM-7", "UCS-2"


@dataclass(frozen=True, slots=True)
class SmsSize:
    characters: int
    segments: int
    encoding: str
    per_segment: int


def sms_size(text: str) -> SmsSize:
    """GSM-7 if its alphabet has every character, otherwise UCS-2. Parts of a long text have a header."""
    if set(text) <= set(GSM_BASIC + GSM_EXTENSION):
        return _gsm7(text)
    units = [2 if ord(character) > 0xFFFF else 1 for character in text]
    return _sized(text, units, encoding=UCS2, single=70, part=67)


def _gsm7(text: str) -> SmsSize:
    septets = [2 if character in GSM_EXTENSION else 1 for character in text]
    return _sized(text, septets, encoding=GSM7, single=160, part=153)


def _sized(text: str, units: list[int], *, encoding: str, single: int, part: int) -> SmsSize:
    if sum(units) <= single:
        return SmsSize(len(text), 1 if text else 0, encoding, single)
    segments, used = 1, 0
    for unit in units:  # a character of two units is never split
        if used + unit > part:
            segments, used = segments + 1, 0
        used += unit
    return SmsSize(len(text), segments, encoding, part)


@dataclass(frozen=True, slots=True)
class SmsCount:
    """Of all the messages of a mailing. `total` is about right where not every text was made."""

    min: int  # in one message
    max: int
    total: int
    encoding: str  # "mixed" if some take the one, and some the other


def count_sms(sizes: Sequence[SmsSize], *, messages: int) -> SmsCount:
    """Return what `messages` take that are like these."""
    if not sizes:
        return SmsCount(0, 0, 0, GSM7)
    segments = [size.segments for size in sizes]
    encodings = {size.encoding for size in sizes}
    encoding = encodings.pop() if len(encodings) == 1 else "mixed"
    return SmsCount(min(segments), max(segments), round(sum(segments) * messages / len(sizes)), encoding)
