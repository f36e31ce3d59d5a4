"""Numbers that people wrote are shown as they wrote them."""

import pytest
from django.utils import translation

from notification_service.console.parts.tags import short_number


@pytest.mark.parametrize(
    ("number", "english", "russian"),
    [
        (0.4, "0.4", "0,4"),
        (50, "50", "50"),
        (100, "100", "100"),
        (1500.0, "1,500", "1\xa0500"),
        (0.125, "0.125", "0,125"),
    ],
)
def test_a_limit_has_no_decimals_that_say_nothing(number: float, english: str, russian: str) -> None:
    with translation.override("en"):
        assert short_number(number) == english
    with translation.override("ru"):
        assert short_number(number) == russian
