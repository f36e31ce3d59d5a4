import pytest
from django.utils import translation

from notification_service.console.parts.left_out import left_out_words


@pytest.mark.parametrize(
    ("excluded", "words"),
    [
        ({"opted_out": 80, "no_consent": 16}, "96 left out: 80 opted out, 16 without consent"),
        ({"opted_out": 1200, "no_consent": 0}, "1,200 left out: 1,200 opted out"),
        ({"opted_out": 0}, ""),
        ({}, ""),
    ],
    ids=["both", "one reason", "nobody", "no reasons"],
)
def test_who_matches_and_does_not_get_it_is_said_with_the_reasons(
    excluded: dict[str, int], words: str
) -> None:
    with translation.override("en"):
        assert left_out_words(excluded) == words
