"""Fictitious clients, the same each time, in all of Russia's eleven time zones."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from notification_service.directory.tag_cells import BETWEEN
from notification_service.standalone.private_files import write_private_file

FILE_NAME = "sample-clients.csv"  # as in settings
CLIENT_COUNT = 10_000
TAGS = ("sample-new", "sample-regular", "sample-vip")
# Beside one of these, each client has a way to buy and something to buy.
CHANNEL_TAGS = ("sample-app", "sample-shop", "sample-site", "sample-phone", "sample-market")
INTEREST_TAGS = (
    "sample-books",
    "sample-children",
    "sample-garden",
    "sample-home",
    "sample-music",
    "sample-sport",
    "sample-travel",
)
# No zone of the Russian numbering plan begins with a 2, so nobody has these phones.
OPERATOR_CODES = ("201", "202", "203", "204", "205", "206", "207", "208")
CITIES = {
    "Europe/Kaliningrad": "Калининград",
    "Europe/Moscow": "Москва",
    "Europe/Samara": "Самара",
    "Asia/Yekaterinburg": "Екатеринбург",
    "Asia/Omsk": "Омск",
    "Asia/Krasnoyarsk": "Красноярск",
    "Asia/Irkutsk": "Иркутск",
    "Asia/Yakutsk": "Якутск",
    "Asia/Vladivostok": "Владивосток",
    "Asia/Magadan": "Магадан",
    "Asia/Kamchatka": "Петропавловск-Камчатский",
}
TIME_ZONES = tuple(CITIES)
NAMES = (
    "Анна",
    "Борис",
    "Вера",
    "Глеб",
    "Дарья",
    "Егор",
    "Жанна",
    "Захар",
    "Инна",
    "Кирилл",
    "Лев",
    "Майя",
    "Нина",
)
FIRST_ORDER, DAYS = date(2026, 1, 1), 300


def sample_clients_csv(count: int = CLIENT_COUNT) -> str:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("phone", "operator_code", "tags", "timezone", "attributes"))
    for client in sample_clients(count):
        attributes = json.dumps(client["attributes"], ensure_ascii=False)
        tags = BETWEEN.join(client["tags"])
        rows.writerow((client["phone"], client["operator_code"], tags, client["timezone"], attributes))
    return text.getvalue()


def sample_clients(count: int) -> Iterator[dict[str, Any]]:
    """No two of the lengths of the lists have a common divisor, so every combination of entries occurs."""
    for number in range(count):
        code, zone = _of(OPERATOR_CODES, number), _of(TIME_ZONES, number)
        yield {
            "phone": f"7{code}{number:07d}",
            "operator_code": code,
            "tags": [_of(TAGS, number), _of(CHANNEL_TAGS, number), _of(INTEREST_TAGS, number)],
            "timezone": zone,
            "attributes": _attributes(number, city=CITIES[zone]),
        }


def _attributes(number: int, *, city: str) -> dict[str, Any]:
    """Texts, a date, numbers and a yes or no. Every fourth client has ordered nothing yet."""
    about = {"name": _of(NAMES, number), "city": city, "age": 18 + number % 63, "newsletter": number % 5 > 0}
    if number % 4 == 0:
        return about
    last = FIRST_ORDER + timedelta(days=number % DAYS)
    return about | {
        "last_order": last.isoformat(),
        "orders": 1 + number % 17,
        "spent": 490 * (1 + number % 97),
    }


def _of(values: tuple[str, ...], number: int) -> str:
    return values[number % len(values)]


def offer_samples(data_dir: Path, *, is_safe: bool) -> None:
    """Write the file that an empty console offers; not where messages go to somebody's real gateway."""
    path = data_dir / FILE_NAME
    if is_safe:
        write_private_file(path, sample_clients_csv())
    else:
        path.unlink(missing_ok=True)
