"""A new field of a mailing fails here until each place below knows it. CONTRIBUTING.md has the recipe."""

import re
from pathlib import Path

import pytest

from notification_service import console
from notification_service.api.serializers.filter import AudienceFilterSerializer, OutcomeOfSerializer
from notification_service.api.serializers.mailing import MailingSerializer
from notification_service.console.audit.labels import FIELD as AUDIT_LABELS
from notification_service.console.compose.edit_conflicts import _sentence, _status_sentence
from notification_service.console.compose.forms import FIELDS, MailingForm, values_of
from notification_service.mailings.lifecycle import CHANGEABLE
from notification_service.mailings.models import Mailing
from tests.factories import make_gateway, make_mailing

CONSOLE = Path(console.__file__).parent
FORM = CONSOLE / "compose/templates/console/compose/form.html"
HOURS = CONSOLE / "parts/templates/console/parts/hours_fields.html"
FILTER = CONSOLE / "filters/templates/console/filters"
PAGE = CONSOLE / "mailings/templates/console/mailings/detail_live.html"
RECIPIENTS = PAGE.with_name("recipients.html")
SCRIPT = CONSOLE / "static/console/compose.js"

OF_THE_SERVICE = {
    *("id", "status", "trace_parent", "created_at", "updated_at", "started_at", "audience_built_at"),
    *("window_changed_at", "hours_version", "finished_at", "deleted_at", "anonymised_at", "partition"),
    *("segments_at_start", "audience_written_to", "preferences_known", "first_text"),
    *("excluded_opted_out", "excluded_no_consent", "excluded_no_value"),
}
OF_PROGRAMS = {"reference"}  # the API alone writes it; the form leaves it as it is
# Where the API has two fields of the row as one of its own.
IN_THE_API = {
    "filter": set(AudienceFilterSerializer().fields) - {"outcome_of"}
    | {field.source for field in OutcomeOfSerializer().fields.values() if field.source},
    "send_window": {"window_from", "window_to", "window_days", "window_holidays"},
}
# What retention leaves of an anonymised mailing: nothing that could name a person.
KEPT_FOR_EVER = OF_THE_SERVICE - {"segments_at_start", "first_text"} | {
    *("start_at", "end_at", "operator_codes", "segment"),
    *("window_from", "window_to", "window_days", "window_holidays", "ignores_contact_hours"),
    "spread_minutes",
    *("on_unknown", "gateway", "failover", "outcome_of_mailing", "outcome_of_statuses", "reference"),
    *("topic", "requires_consent", "ignores_opt_outs"),
}
FORGOTTEN = {"name", "text", "tags", "where", "exclude", "segments_at_start", "first_text"}


def columns() -> set[str]:
    return {field.name for field in Mailing._meta.concrete_fields}


def fields() -> set[str]:
    return columns() - OF_THE_SERVICE


def test_a_mailing_can_be_changed_in_every_field() -> None:
    assert fields() == CHANGEABLE, "mailings/lifecycle.py"


def test_the_api_shows_every_field_of_a_mailing() -> None:
    written = {name for name, field in MailingSerializer().fields.items() if not field.read_only}
    shown = set().union(*(IN_THE_API.get(name, {name}) for name in written))
    assert shown == fields(), "api/serializers/mailing.py"


@pytest.mark.django_db
def test_the_form_of_a_mailing_has_every_field() -> None:
    make_gateway()  # without a second one the form asks for none
    form = MailingForm()
    assert set(FIELDS) == fields() - OF_PROGRAMS, "FIELDS in console/compose/forms.py"
    assert set(form.fields) >= fields() - OF_PROGRAMS, "MailingForm in console/compose/forms.py"
    assert set(values_of(make_mailing())) == set(form.fields), "values_of in console/compose/forms.py"
    templates = "".join(template.read_text() for template in (FORM, HOURS, *FILTER.glob("*.html")))
    shown = set(re.findall(r"form\.(\w+)", templates))
    assert set(form.fields) - shown == set(), FORM.name


@pytest.mark.django_db
def test_a_draft_of_a_mailing_keeps_every_field_of_the_form() -> None:
    make_gateway()
    kept = re.search(r"const kept = (\[.*?\])", SCRIPT.read_text())
    assert kept is not None
    assert set(re.findall(r'"(\w+)"', kept[1])) == set(MailingForm().fields), "`kept` in compose.js"


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(set(MailingForm.base_fields) - {"starts"}))
def test_a_stale_form_says_which_field_of_the_mailing_has_changed(name: str) -> None:
    mailing = make_mailing()
    assert _sentence(name, mailing) != _status_sentence(mailing), "console/compose/edit_conflicts.py"


def test_the_page_of_a_mailing_shows_every_field() -> None:
    shown = set(re.findall(r"(?:mailing|of)\.(\w+)", PAGE.read_text() + RECIPIENTS.read_text()))
    assert fields() - shown == set(), PAGE.name


def test_the_audit_log_has_a_word_for_every_field_of_a_mailing() -> None:
    assert fields() - set(AUDIT_LABELS) == set(), "console/audit/labels.py"


def test_each_field_of_a_mailing_is_forgotten_or_kept_when_it_is_anonymised() -> None:
    assert columns() == KEPT_FOR_EVER | FORGOTTEN, "_forget_text in mailings/retention.py, or kept above"
