"""Which column of a file is which field of a client."""

import re
from collections.abc import Sequence

from notification_service.directory.importing.rows import COLUMNS, REQUIRED

# Names that people give to columns, in lower case, with one space between words.
KNOWN_AS = {
    "phone": "phone,phone number,mobile,mobile phone,msisdn,tel,телефон,номер,номер телефона,мобильный,тел",
    "operator_code": "operator code,operator,code,def,def код,код,код оператора,оператор",
    "tag": "tag,tags,label,segment,group,тег,тэг,метка,сегмент,группа",
    "timezone": "timezone,time zone,tz,часовой пояс,таймзона,временная зона",
    "attributes": "attributes,атрибуты",
}
FIELDS = {name: field for field, names in KNOWN_AS.items() for name in names.split(",")}
BETWEEN_WORDS = re.compile(r"[\s_\-.]+")


def recognise(names: Sequence[str]) -> list[str]:
    """A field for each column, none for two; "" for a column that is nothing we know."""
    fields: list[str] = []
    for name in names:
        field = FIELDS.get(BETWEEN_WORDS.sub(" ", name.strip().lower()).strip(), "")
        fields.append("" if field in fields else field)
    return fields


def missing(columns: Sequence[str]) -> list[str]:
    return [name for name in REQUIRED if name not in columns]


def repeated(columns: Sequence[str]) -> list[str]:
    return [name for name in COLUMNS if columns.count(name) > 1]
