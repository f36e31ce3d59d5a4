"""Writing a text with placeholders: what is said of it, what clients would get, and its test."""

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import translation

from notification_service.console.compose.placeholders import OfferedName, offered_names
from notification_service.console.parts.message_text import FAULT
from notification_service.mailings.models import Mailing, TestSend
from notification_service.mailings.personal_text import TextFault
from notification_service.mailings.templates import create_template
from tests.console.compose.test_test_sends import ask
from tests.console.compose.test_views import confirmed, filled_in
from tests.factories import make_client, make_mailing


def summary(browser: Browser, text: str) -> str:
    return browser.post(reverse("console:preview"), filled_in(text=text)).content.decode()


def test_the_summary_shows_the_text_as_clients_get_it_and_who_gets_nothing(operator: Browser) -> None:
    make_client(attributes={"name": "<b>Анна</b>"})
    make_client()
    page = summary(operator, "{{name}}, {{order|ваш заказ}} готов")
    assert "&lt;b&gt;Анна&lt;/b&gt;, ваш заказ готов" in page
    assert "<b>1 client gets nothing</b>" in page


def test_the_summary_of_a_text_for_which_everyone_lacks_a_value_says_so(operator: Browser) -> None:
    make_client()
    assert "<b>1 client gets nothing</b>" in summary(operator, "{{name}}")


def test_a_plain_text_is_not_shown_once_more_for_each_client(operator: Browser) -> None:
    make_client()
    assert "As clients would get it" not in summary(operator, "Hello")


def test_the_last_step_shows_the_text_as_clients_get_it(operator: Browser) -> None:
    client = make_client(attributes={"name": "Анна"})
    page = operator.post(reverse("console:new"), filled_in(text="{{name}} {{phone}}")).content.decode()
    assert f"Анна {client.phone}" in page


def test_wrong_syntax_is_explained_with_its_position(operator: Browser) -> None:
    page = operator.post(reverse("console:new"), filled_in(text="Hi {{ }}")).content.decode()
    assert "The placeholder at character 4 has no name." in page
    assert not Mailing.objects.exists()


def test_every_fault_of_a_text_has_words_in_russian() -> None:
    with translation.override("en"):
        english = {fault: str(FAULT[fault]) for fault in TextFault}
    with translation.override("ru"):
        assert {fault for fault in TextFault if str(FAULT[fault]) == english[fault]} == set()


@pytest.mark.django_db
def test_the_menu_offers_attributes_with_how_many_clients_of_the_audience_lack_each() -> None:
    make_client(attributes={"name": "Anna", "order": 1, "not a name": 1}, tag="vip")
    make_client(attributes={"name": "Boris", "order": ""})
    make_client(attributes={"other": 1}, operator_code="999")
    assert offered_names({"operator_codes": ["900"]}) == [
        OfferedName("name", 0),
        OfferedName("order", 1),
        OfferedName("phone", 0),
        OfferedName("tag", 1),
    ]


def test_the_menu_of_placeholders_is_shown_while_the_form_is_not_filled_in(operator: Browser) -> None:
    make_client(attributes={"name": "Anna"})
    page = operator.post(reverse("console:placeholders"), {}).content.decode()
    assert 'data-placeholder="{{name}}"' in page


def test_a_test_message_has_the_values_of_the_client_with_its_phone(operator: Browser) -> None:
    make_client(attributes={"name": "Boris"})
    make_client(phone="79161234567", attributes={"name": "Anna"})
    ask(operator, text="{{name}}!")
    assert TestSend.objects.get().text == "Anna!"


def test_a_test_message_to_a_phone_of_no_client_has_the_values_of_any_client(operator: Browser) -> None:
    make_client()
    make_client(attributes={"name": "Boris"})
    ask(operator, text="{{name}}!")
    assert TestSend.objects.get().text == "Boris!"


def test_a_test_message_that_nobody_has_the_values_for_is_not_sent(operator: Browser) -> None:
    make_client()
    assert "No client has a value of each: name." in ask(operator, text="{{name}}!")
    assert not TestSend.objects.exists()


def test_a_form_offers_templates_and_begins_with_one(operator: Browser) -> None:
    template = create_template(name="Order", text="{{name}}, hello")
    page = operator.get(reverse("console:new"), {"template": template.pk}).content.decode()
    assert page.count("{{name}}, hello") == 2  # in the list, and in the field


def test_a_template_that_is_deleted_while_the_form_is_open_changes_nothing(operator: Browser) -> None:
    make_client()
    template = create_template(name="Order", text="Hello")
    operator.get(reverse("console:new"), {"template": template.pk})
    template.delete()
    operator.post(reverse("console:new"), confirmed(text="Hello"))
    assert Mailing.objects.get().text == "Hello"
    assert operator.get(reverse("console:new"), {"template": template.pk or 1}).status_code == 200


def test_the_page_of_a_mailing_says_who_got_no_message(operator: Browser) -> None:
    mailing = make_mailing(text="{{name}}", excluded_no_value=12)
    page = operator.get(reverse("console:mailing", args=[mailing.pk])).content.decode()
    assert "<b>12 clients</b>: a value of the text is missing" in page
