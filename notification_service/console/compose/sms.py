"""How many short messages a text takes. Pure; `static/console/compose.js` says the same while one types."""

from dataclasses import dataclass

GSM_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENSION = "\f^{}\\[~]|€"  # each takes two septets


@dataclass(frozen=True, slots=True)
class SmsSize:
    characters: int
    segments: int
    encoding: str
    per_segment: int


def sms_size(text: str) -> SmsSize:
    """GSM-7 where its alphabet has every character, UCS-2 else; parts of a long one lose room to a header."""
    if set(text) <= set(GSM_BASIC + GSM_EXTENSION):
        return _gsm7(text)
    units = [2 if ord(character) > 0xFFFF else 1 for character in text]
    return _sized(text, units, encoding="UCS-2", single=70, part=67)


def _gsm7(text: str) -> SmsSize:
    septets = [2 if character in GSM_EXTENSION else 1 for character in text]
    return _sized(text, septets, encoding="GSM-7", single=160, part=153)


def _sized(text: str, units: list[int], *, encoding: str, single: int, part: int) -> SmsSize:
    if sum(units) <= single:
        return SmsSize(len(text), 1 if text else 0, encoding, single)
    segments, used = 1, 0
    for unit in units:  # a character of two units is never cut in half
        if used + unit > part:
            segments, used = segments + 1, 0
        used += unit
    return SmsSize(len(text), segments, encoding, part)
