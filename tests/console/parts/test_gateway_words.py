"""What a gateway itself said, taken from the start of its response."""

import json

import pytest

from notification_service.console.parts.gateway_words import gateway_words, pattern_of
from notification_service.mailings.models import Attempt
from tests.factories import make_attempt, make_message

SAID = {
    '{"code": 127, "message": "phone is blacklisted"}': "phone is blacklisted",
    '{"error": {"code": 5, "message": "no such\\n number"}}': "no such number",
    '{"errors": 1, "Error": "invalid sender"}': "invalid sender",
    '[{"detail": "too long"}]': "too long",
    json.dumps({"message": "абонент недоступен"}): "абонент недоступен",
    '{"message": "phone 79161234567 is unknown (id 1234567)"}': "phone … is unknown (id …)",
    "blocked: +7 (916) 123-45-67 since 2026-11-30": "blocked: +… since …",
    "  Bad\r\n request ": "Bad request",
    "<html><title>502 Bad Gateway</title><body>nginx": "502 Bad Gateway",
    '{"code": 127}': '{"code": 127}',
    '{"message": "cut of': '{"message": "cut of',
    "": "",
}


@pytest.mark.parametrize(("response", "words"), SAID.items(), ids=SAID.values())
def test_the_words_of_a_gateway_are_taken_from_its_response(response: str, words: str) -> None:
    assert gateway_words(response) == words


@pytest.mark.django_db
@pytest.mark.parametrize(("response", "words"), list(SAID.items())[:-1], ids=list(SAID.values())[:-1])
def test_a_response_is_found_by_its_words(response: str, words: str) -> None:
    message = make_message()
    wanted = make_attempt(message, response=response)
    make_attempt(message, response='{"message": "something else"}')
    assert list(Attempt.objects.filter(response__regex=pattern_of(words))) == [wanted]
