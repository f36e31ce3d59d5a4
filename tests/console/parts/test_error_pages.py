import pytest
from django.template.loader import render_to_string
from django.utils import translation


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("template", ["403.html", "404.html", "503.html"])
def test_an_error_page_says_which_language_it_is_in(template: str, language: str) -> None:
    with translation.override(language):
        page = render_to_string(template)
    assert f'<html lang="{language}">' in page
    assert ("Go to the overview" in page) is (language == "en")
