"""A page in Russian gives its reasons in Russian."""

import re

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import translation

from notification_service.mailings.reasons import Reason
from tests.factories import make_message, make_running_mailing

LATIN = re.compile(r"[A-Za-z]{2,}")
PROPER = {"HTTP", "JSON", "TLS"}


@pytest.mark.parametrize("reason", list(Reason))
def test_a_russian_page_has_no_english_reason(operator: Browser, reason: Reason) -> None:
    message = make_message(make_running_mailing(), status="failed", reason=reason.value, reason_number=503)
    path = reverse("console:mailing", args=[message.mailing_id])
    with translation.override("ru"):  # a request leaves its language to what comes after it
        page = operator.get(path, headers={"Accept-Language": "ru"}).content.decode()
    (cell,) = re.findall(r'<td[^>]*data-label="Причина"[^>]*>(.*?)</td>', page, re.DOTALL)
    assert not {*LATIN.findall(cell)} - PROPER
    assert cell.strip()
