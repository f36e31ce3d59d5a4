"""What a line of a file says about an opt-out or a consent: the directory's rules, in order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from notification_service.audit.actions import Action
from notification_service.directory import rules
from notification_service.directory.importing.columns import Columns, folded
from notification_service.directory.importing.report import BadLine
from notification_service.directory.importing.rows import check_phone, text_of
from notification_service.directory.preferences import FromTheFuture, past

# Names that people give to columns, in the form that `folded` returns.
KNOWN_AS = {
    "phone": "phone,phone number,mobile,msisdn,tel,телефон,номер,номер телефона,тел",
    "topic": "topic,тема,топик",
    "reason": "reason,причина",
    "source": "source,источник",
    "given_at": "given at,date,дата,дано",
    "evidence": "evidence,proof,подтверждение,доказательство",
}
FIELDS = {name: field for field, names in KNOWN_AS.items() for name in names.split(",")}


class OptOutRow(NamedTuple):
    phone: str
    topic: str
    reason: str
    source: str


class ConsentRow(NamedTuple):
    phone: str
    topic: str
    given_at: datetime
    evidence: str


Row = OptOutRow | ConsentRow
Check = Callable[[Mapping[str, Any], datetime], Row]


@dataclass(frozen=True, slots=True)
class PreferenceKind:
    """`check` reads a line, as of a moment; it raises BadLine. The rest says how a chunk is written."""

    columns: Columns
    check: Check
    action: Action
    table: str
    create_table: str
    insert: str


def _check_opt_out(fields: Mapping[str, Any], _now: datetime) -> OptOutRow:
    return OptOutRow(
        phone=check_phone(fields),
        topic=_line(fields, "topic", most=rules.TOPIC_LENGTH),
        reason=_line(fields, "reason", most=rules.REASON_LENGTH),
        source=_line(fields, "source", most=rules.SOURCE_LENGTH),
    )


def _check_consent(fields: Mapping[str, Any], now: datetime) -> ConsentRow:
    return ConsentRow(
        phone=check_phone(fields),
        topic=_line(fields, "topic", most=rules.TOPIC_LENGTH),
        given_at=_given_at(fields, now),
        evidence=_short(fields, "evidence", most=rules.EVIDENCE_LENGTH),
    )


def _line(fields: Mapping[str, Any], name: str, *, most: int) -> str:
    text = _short(fields, name, most=most, clean=rules.line_of)
    if not rules.matches(rules.LINE_PATTERN, text):
        raise BadLine(_("must not have control characters."), field=name)
    return text


def _short(
    fields: Mapping[str, Any], name: str, *, most: int, clean: Callable[[str], str] = rules.visible
) -> str:
    text = clean(text_of(fields, name) or "")
    if len(text) > most:
        raise BadLine(_("must have no more than %(most)d characters.") % {"most": most}, field=name)
    if not rules.is_storable(text):
        raise BadLine(_("must not have NUL or a lone surrogate."), field=name)
    return text


def _given_at(fields: Mapping[str, Any], now: datetime) -> datetime:
    text = text_of(fields, "given_at")
    try:
        return past(_moment(text) if text else None, now=now)
    except FromTheFuture:
        raise BadLine(_("must not be in the future."), field="given_at") from None


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)  # which the calendar must have, or nobody could read it again
    except (ValueError, OverflowError):
        pass
    words = _("must be a time in ISO 8601 with an offset, such as %(example)s.")
    raise BadLine(words % {"example": "2030-01-31T09:00:00+03:00"}, field="given_at")


def _columns(row: type[OptOutRow] | type[ConsentRow]) -> Columns:
    def field_of(name: str) -> str:
        found = FIELDS.get(folded(name), "")
        return found if found in row._fields else ""

    return Columns(row._fields, field_of)


OPT_OUTS = PreferenceKind(
    _columns(OptOutRow),
    _check_opt_out,
    Action.OPT_OUTS_IMPORTED,
    table="opt_outs_import",
    create_table="preferences/create_opt_outs_table",
    insert="preferences/insert_opt_outs",
)
CONSENTS = PreferenceKind(
    _columns(ConsentRow),
    _check_consent,
    Action.CONSENTS_IMPORTED,
    table="consents_import",
    create_table="preferences/create_consents_table",
    insert="preferences/insert_consents",
)
