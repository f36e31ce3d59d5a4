"""Which replies are stop words."""

import pytest

from notification_service.mailings.replies import is_stop_word


@pytest.mark.parametrize(
    "text",
    [
        "СТОП",
        "стоп",
        " Стоп! ",
        "«стоп».",
        "STOP",
        "stop…",
        "\u200bОтписаться\n",
        "unsubscribe",
        "⛔ stop",
        "*STOP*",
    ],
)
def test_a_stop_word_is_known_in_any_case_and_whatever_is_around_it(text: str) -> None:
    assert is_stop_word(text)


@pytest.mark.parametrize(
    "text", ["", " ", "!", "не стоп", "stop it", "стоп стоп", "стопка", "nonstop", "s.t.o.p"]
)
def test_no_other_text_is_one(text: str) -> None:
    assert not is_stop_word(text)


def test_the_words_are_a_setting(settings: object) -> None:
    settings.STOP_WORDS = ["Больше не надо"]  # type: ignore[attr-defined]
    assert is_stop_word("больше  не надо.".replace("  ", " "))
    assert not is_stop_word("стоп")
