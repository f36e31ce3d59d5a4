"""What the console says of gateways goes by codes: nothing hangs on how an English sentence is written."""

import re

import pytest
from django.utils import translation

from notification_service.console.gateways.labels import PROBLEM, advice
from notification_service.mailings.gateways import GatewayFault
from notification_service.mailings.models import Gateway
from notification_service.mailings.reasons import Reason, Why
from tests.reasons import held_for, http_status


@pytest.mark.parametrize(
    ("why", "words"),
    [
        (http_status(401), "check its token"),
        (http_status(403), "check its token"),
        (Why(Reason.CREDENTIALS_WRONG), "check its token"),
        (Why(Reason.ACCOUNT_EMPTY), "Top up the account"),
        (Why(Reason.ADDRESS_BLOCKED), "allow the address"),
        (http_status(503), "One message tries it"),
        (Why(Reason.CONNECTION_REFUSED), "One message tries it"),
        (Why(Reason.GATEWAY_CODE, 401), "One message tries it"),
        (Why(Reason.OTHER), "One message tries it"),
    ],
)
def test_the_advice_for_a_held_gateway_follows_from_its_reason(why: Why, words: str) -> None:
    assert words in advice(Gateway(**held_for(why)))


@pytest.mark.parametrize("problem", GatewayFault)
def test_every_problem_of_a_gateway_has_words_in_both_languages(problem: GatewayFault) -> None:
    assert re.search("[A-Za-z]", str(PROBLEM[problem]))
    with translation.override("ru"):
        assert re.search("[а-яё]", str(PROBLEM[problem]))
