"""`make texts`: the list that a reader goes through has every text, in both languages."""

from tests.console.print_texts import ONLY_ENGLISH, rows, table
from tests.console.texts import texts


def test_the_list_of_texts_has_each_with_its_translation() -> None:
    found = [*rows()]
    listed = {words for words, _russian, _where in found}
    assert len(listed) >= len({text.rpartition("\4")[2] for text, _ in texts()})
    assert [words for words, russian, _where in found if not russian] == []


def test_the_list_of_texts_has_the_e_mails_and_what_the_api_refuses() -> None:
    lines = table().splitlines()
    assert "| Needs your attention | Требует внимания | reports/plain_text.py |" in lines
    assert f"| Must be one of: {{…}}. | {ONLY_ENGLISH} | api/values.py |" in lines
    assert f"| No worker is running: nothing is sent. | {ONLY_ENGLISH} | api/views/health.py |" in lines
