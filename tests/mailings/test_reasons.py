"""Reasons are codes: each has a sentence for programs, words in both languages, and somebody who gives it."""

import gettext
import re
from pathlib import Path

import pytest
from django.utils import translation

import notification_service
from notification_service.mailings import reason_labels
from notification_service.mailings.reasons import (
    TEXT_CHARACTERS,
    Reason,
    Why,
    explained,
    read_key,
    read_row,
)
from tests.reasons import http_status

ROOT = Path(notification_service.__path__[0])
CATALOGUE = ROOT / "mailings/locale/ru/LC_MESSAGES/django.po"
WITH_NUMBER = {Reason.HTTP_STATUS, Reason.GATEWAY_CODE, Reason.PROXY_STATUS}
RESERVED = {Reason.OTHER}
GIVEN_BY = ("delivery", "mailings")
WORDS_ONLY = ("reasons.py", "reason_labels.py")


def one_of(reason: Reason) -> Why:
    return Why(reason, 503 if reason in WITH_NUMBER else None)


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_words_in_both_languages(reason: Reason, language: str) -> None:
    with translation.override(language):
        words = reason_labels.reason(one_of(reason))
    assert words
    assert ("503" in words) is (reason in WITH_NUMBER)
    is_russian = bool(re.search("[а-яё]", words))
    assert is_russian is (language == "ru" and reason is not Reason.HTTP_STATUS)


def test_the_compiled_catalogue_has_every_entry() -> None:
    with CATALOGUE.with_suffix(".mo").open("rb") as compiled:
        ids = gettext.GNUTranslations(compiled)._catalog  # type: ignore[attr-defined]
    reasons = [each for each in ids if str(each).startswith("reason\x04")]
    written = [each for each in CATALOGUE.read_text().split("\n\n") if 'msgctxt "reason"' in each]
    assert len(reasons) == len(written) == len(Reason)


def test_every_reason_is_given_by_some_path_or_reserved() -> None:
    """In Python by its name, in a statement by its code."""
    python = [path for app in GIVEN_BY for path in ROOT.glob(f"{app}/**/*.py") if path.name not in WORDS_ONLY]
    statements = [path for app in GIVEN_BY for path in ROOT.glob(f"{app}/**/*.sql")]
    named = {name for path in python for name in re.findall(r"\bReason\.([A-Z_]+)", path.read_text())}
    written = {code for path in statements for code in re.findall(r"'([a-z_]+)'", path.read_text())}
    never_given = {reason for reason in Reason if reason.name not in named and reason.value not in written}
    assert never_given == RESERVED
    assert {name for name in named if name not in Reason.__members__} == set()


@pytest.mark.parametrize("reason", Reason)
def test_a_sentence_says_the_number_where_the_reason_has_one(reason: Reason) -> None:
    assert ("{number}" in reason.sentence) is (reason in WITH_NUMBER)
    assert str(one_of(reason)) == reason.sentence.replace("{number}", "503")


@pytest.mark.parametrize("reason", Reason)
def test_a_reason_comes_back_from_its_row_and_its_key(reason: Reason) -> None:
    why = one_of(reason)
    assert read_row(why.columns["reason"], why.columns["reason_number"]) == why
    assert read_key(why.key) == why


def test_a_row_without_a_reason_has_none() -> None:
    assert read_row("", None) is None


def test_the_text_of_a_version_without_codes_is_kept_and_shown() -> None:
    why = read_row("other", None, "the moon is full")
    assert why is not None
    assert (str(why), reason_labels.reason(why)) == ("the moon is full", "the moon is full")


def test_the_words_of_a_library_follow_ours() -> None:
    why = explained(Reason.TLS_ERROR, "certificate has expired\0" + "!" * 200)
    assert len(why.text) == TEXT_CHARACTERS
    assert str(why).startswith("TLS error: certificate has expired!")
    with translation.override("ru"):
        assert reason_labels.reason(why).startswith(
            "нет защищённого соединения (TLS): certificate has expired!"
        )


def test_a_text_is_read_only_where_the_reason_has_one() -> None:
    assert read_row("http_status", 503, "of an earlier attempt") == Why(Reason.HTTP_STATUS, 503)


def test_a_deadline_is_said_with_what_had_caused_it() -> None:
    why = read_row("deadline_passed", None, "http_status:503")
    assert why == Why(Reason.DEADLINE_PASSED, cause=http_status(503))
    assert str(why) == "deadline passed (HTTP 503)"
    assert reason_labels.reason(why) == "the deadline came first (HTTP 503)"
    assert read_row("deadline_passed", None, "of an earlier attempt") == Why(Reason.DEADLINE_PASSED)


def test_a_code_of_another_version_s_is_shown_as_it_is() -> None:
    assert read_row("moon_full", 7) == Why(Reason.OTHER, text="moon_full")


@pytest.mark.parametrize(
    "key", ["", "HTTP 503", "http_status:", "http_status:50300", "moon_full", "http_status:٣"]
)
def test_no_other_word_is_a_key(key: str) -> None:
    assert read_key(key) is None


def test_what_a_system_says_is_kept_as_text_that_a_database_takes() -> None:
    said = "no route\0 to \udcff" + "x" * 500
    assert explained(Reason.NO_CONNECTION, said).text == ("no route to ?" + "x" * 500)[:TEXT_CHARACTERS]
