"""Which column of a file is which field of a client."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from notification_service.directory.importing.rows import COLUMNS
from notification_service.directory.rules import visible

# Names that people give to columns, in the form that `folded` returns.
KNOWN_AS = {
    "phone": "phone,phones,phone number,mobile,mobile phone,mobile number,cell,cell phone,msisdn,tel,"
    "телефон,телефоны,номер,номер телефона,мобильный,мобильный телефон,сотовый,сотовый телефон,"
    "контактный телефон,телефон клиента,тел",
    "operator_code": "operator code,operator,code,def,def code,def код,код,код оператора,оператор",
    "tag": "tag,label,segment,group,тег,тэг,метка,сегмент,группа",
    "tags": "tags,labels,segments,groups,теги,тэги,метки,сегменты,группы",
    "timezone": "timezone,time zone,tz,zone,iana,часовой пояс,пояс,таймзона,тайм зона,часовая зона,"
    "временная зона,временной пояс",
    "attributes": "attributes,атрибуты",
}
FIELDS = {name: field for field, names in KNOWN_AS.items() for name in names.split(",")}
ATTRIBUTE = "attribute"  # a column that becomes an attribute with the column's own name
OF_EXPORTS = ("id", "created at", "updated at")  # ignored: the service sets these
# The columns that `rejected_file` adds, in every language.
OF_REJECTED = ("rejected line", "rejected reason", "отклонено строка", "отклонено причина")

IN_BRACKETS = re.compile(r"\(.*?\)")
BETWEEN_WORDS = re.compile(r"[\W_]+")


def folded(name: str) -> str:
    """Return the name in lower case, with one space between words and without what is in brackets."""
    words = IN_BRACKETS.sub(" ", visible(name).lower().replace("ё", "е"))
    return BETWEEN_WORDS.sub(" ", words).strip()


def field_of(name: str) -> str:
    """Return the field that a column of this name means; empty if it is unknown."""
    return FIELDS.get(folded(name), "")


@dataclass(frozen=True, slots=True)
class Columns:
    """What the lines of a file have: `field_of` finds the field that a column's name means, or nothing."""

    names: tuple[str, ...]
    field_of: Callable[[str], str]


OF_CLIENTS = Columns(COLUMNS, field_of)


def is_ours(name: str) -> bool:
    """Return whether the service adds this column to the files that it writes."""
    return folded(name) in OF_EXPORTS or is_of_rejected(name)


def is_of_rejected(name: str) -> bool:
    return folded(name) in OF_REJECTED


def recognise(names: Sequence[str], *, known: Columns = OF_CLIENTS) -> list[str]:
    """Return the field of each column, no field twice; "" for an unknown column."""
    fields: list[str] = []
    for name in names:
        field = known.field_of(name)
        fields.append("" if field in fields else field)
    return fields


def missing(columns: Collection[str], *, required: Sequence[str]) -> list[str]:
    return [name for name in required if name not in columns]


def repeated(columns: Sequence[str], *, known: Sequence[str] = COLUMNS) -> list[str]:
    return [name for name in known if columns.count(name) > 1]


def attribute_names(columns: Sequence[str], names: Sequence[str]) -> list[str]:
    return [name for name, column in zip(names, columns, strict=False) if column == ATTRIBUTE]
