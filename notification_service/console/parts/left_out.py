"""Who matches and does not get it, in words: “96 left out: 80 opted out, 16 without consent”."""

from collections.abc import Mapping

from django.utils.translation import ngettext

from notification_service.console.parts import labels


def left_out_words(excluded: Mapping[str, int]) -> str:
    """Return it with the reasons that leave anybody out; empty where nobody is."""
    number = sum(excluded.values())
    if not number:
        return ""
    reasons = ", ".join(_reason(why, count) for why, count in excluded.items() if count)
    words = ngettext("%(number)s left out: %(reasons)s", "%(number)s left out: %(reasons)s", number)
    return words % {"number": labels.number(number), "reasons": reasons}


def _reason(why: str, count: int) -> str:
    match why:
        case "opted_out":
            words = ngettext("%(number)s opted out", "%(number)s opted out", count)
        case "no_consent":
            words = ngettext("%(number)s without consent", "%(number)s without consent", count)
        case "no_value":
            words = ngettext(
                "%(number)s without a value of the text", "%(number)s without a value of the text", count
            )
        case _:
            words = ngettext("%(number)s for another reason", "%(number)s for another reason", count)
    return words % {"number": labels.number(count)}
