"""Templates in the console: saved, changed with their versions kept, deleted, and used."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from notification_service.mailings.models import Template
from notification_service.mailings.templates import create_template, update_template


def save(browser: Browser, template: Template | None = None, **changes: str) -> Any:
    address = reverse("console:template", args=[template.pk]) if template else reverse("console:template-new")
    return browser.post(address, {"name": "Order", "text": "{{name}}!", "version": "1"} | changes)


def test_a_template_is_saved_and_listed(operator: Browser) -> None:
    assert save(operator).status_code == 302
    page = operator.get(reverse("console:templates")).content.decode()
    assert ("Order" in page, "{{name}}!" in page) == (True, True)


def test_a_changed_template_shows_its_versions(operator: Browser) -> None:
    template = create_template(name="Order", text="First")
    save(operator, template, text="Second")
    page = operator.get(reverse("console:template", args=[template.pk])).content.decode()
    assert page.index("Second") < page.index("First")
    assert Template.objects.get().number == 2


def test_a_stale_form_of_a_template_is_refused_and_keeps_what_was_typed(operator: Browser) -> None:
    template = create_template(name="Order", text="First")
    update_template(template.pk, text="Another")
    answer = save(operator, template, text="Mine")
    page = answer.content.decode()
    assert (answer.status_code, Template.objects.get().text) == (422, "Another")
    assert "Somebody has changed the template" in page
    assert "Mine" in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": " "}, "This field is required."),
        ({"name": "Taken"}, "There is a template of this name."),
        ({"text": "{{"}, "At character 1 a placeholder begins"),
        ({"text": " "}, "Write something"),
    ],
)
def test_a_template_that_cannot_be_saved_says_why(
    operator: Browser, changes: dict[str, str], words: str
) -> None:
    create_template(name="Taken", text="Hello")
    answer = save(operator, None, **changes)
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert Template.objects.count() == 1


def test_a_deleted_template_is_gone(operator: Browser) -> None:
    template = create_template(name="Order", text="Hello")
    operator.post(reverse("console:template-delete", args=[template.pk]))
    assert not Template.objects.exists()
    assert save(operator, template).status_code == 404


def test_a_viewer_reads_templates_and_changes_none(logged_in: Callable[[str], Browser]) -> None:
    create_template(name="Order", text="Hello")
    viewer = logged_in("viewer")
    assert "Order" in viewer.get(reverse("console:templates")).content.decode()
    assert save(viewer).status_code == 403
