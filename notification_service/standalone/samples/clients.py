"""Fictitious clients, the same ones each time, spread over Russia's eleven time zones. Pure."""

from collections.abc import Iterator

CLIENT_COUNT = 10_000
TAGS = ("sample-new", "sample-regular", "sample-vip")
# No zone of the Russian numbering plan begins with a 2, so these phones are nobody's.
OPERATOR_CODES = ("201", "202", "203", "204", "205", "206", "207", "208")
TIME_ZONES = (
    "Europe/Kaliningrad",
    "Europe/Moscow",
    "Europe/Samara",
    "Asia/Yekaterinburg",
    "Asia/Omsk",
    "Asia/Krasnoyarsk",
    "Asia/Irkutsk",
    "Asia/Yakutsk",
    "Asia/Vladivostok",
    "Asia/Magadan",
    "Asia/Kamchatka",
)


def sample_clients_csv(count: int = CLIENT_COUNT) -> str:
    return "phone,operator_code,tag,timezone\n" + "".join(f"{row}\n" for row in sample_rows(count))


def sample_rows(count: int) -> Iterator[str]:
    """The lengths of the three lists share no divisor, so every combination of their entries occurs."""
    for number in range(count):
        code = OPERATOR_CODES[number % len(OPERATOR_CODES)]
        tag = TAGS[number % len(TAGS)]
        zone = TIME_ZONES[number % len(TIME_ZONES)]
        yield f"7{code}{number:07d},{code},{tag},{zone}"
