"""What is wrong with a row, in words."""

from django.utils.translation import gettext as _

from notification_service.console.filters.rows import Fault, FilterRow
from notification_service.console.parts.filter_words import FIELD


def row_fault(row: FilterRow, fault: Fault) -> str:
    field = str(FIELD.get(row.field, row.field.removeprefix("attributes.")))[:60]
    match fault:
        case "empty":
            words = _("Enter what “%(field)s” is compared with.")
        case "number":
            words = _("“%(field)s” is compared with numbers here, such as 1500 or 0.5.")
        case "moment":
            words = _("Enter the day and the time for “%(field)s”.")
        case "value":
            words = _("“%(field)s” cannot be compared with this.")
    return words % {"field": field}
