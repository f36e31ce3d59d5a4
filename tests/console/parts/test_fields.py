"""What is typed is made alike before it is counted and checked."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

import pytest
from django import forms
from django.test import Client as Browser
from django.urls import reverse

from notification_service import console
from notification_service.console.gateways.fields import SettingsText, written
from notification_service.mailings.models import Mailing, TestSend
from tests.console.compose.test_test_sends import filled_in
from tests.console.compose.test_views import confirmed as mailing
from tests.factories import make_client

NINE_ENDS = "\r\n".join(["я" * 199] * 10)  # as a browser sends ten lines: 1,999 characters, 2,008 on the way
WITH_NFD = "и\u0306" * 2000  # й, each of two characters on the way


def _text_areas() -> Iterator[Any]:
    for module in walk_packages(console.__path__, f"{console.__name__}."):
        for form in vars(import_module(module.name)).values():
            if isinstance(form, type) and issubclass(form, forms.Form):
                yield from (field for field in form.base_fields.values() if _is_text_area(field))


def _is_text_area(field: forms.Field) -> bool:
    return isinstance(field.widget, forms.Textarea)


def test_every_text_area_counts_lines_as_they_are_sent() -> None:
    areas = list(_text_areas())
    assert areas
    assert [area for area in areas if area.to_python("a\r\nb") != "a\nb"] == []


@pytest.mark.parametrize(
    ("typed", "kept"), [(NINE_ENDS, NINE_ENDS.replace("\r\n", "\n")), (WITH_NFD, "й" * 2000)]
)
def test_a_text_is_counted_as_it_is_sent(operator: Browser, typed: str, kept: str) -> None:
    make_client()
    assert operator.post(reverse("console:new"), mailing(text=typed)).status_code == 302
    assert Mailing.objects.get().text == kept
    assert operator.post(reverse("console:test-sends"), filled_in(text=typed)).status_code == 200
    assert TestSend.objects.get().text == kept


def test_a_text_that_is_too_long_as_it_is_sent_is_refused(operator: Browser) -> None:
    answer = operator.post(reverse("console:new"), mailing(text=NINE_ENDS + "\r\nя"))
    assert answer.status_code == 422
    assert "2001" in answer.content.decode()


def test_a_test_sends_phone_is_understood_as_it_is_copied(operator: Browser) -> None:
    copied = "\u202a+7\u00a0916\u00a0123\u201345\u201367\u202c"
    operator.post(reverse("console:test-sends"), filled_in(test_send_phone=copied))
    assert TestSend.objects.get().phone == "79161234567"


def test_settings_that_a_browser_sends_back_unchanged_have_not_changed() -> None:
    config = {"url": "https://sms.example/send", "accepted": [{"status": [200]}]}
    sent_back = written(config).replace("\n", "\r\n")
    assert not SettingsText().has_changed(config, sent_back)
    assert SettingsText().has_changed(config, sent_back.replace("200", "201"))
