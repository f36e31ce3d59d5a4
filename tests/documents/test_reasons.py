"""The table of reasons in `docs/message-lifecycle.md` is that of the code."""

from notification_service.mailings.reasons import Reason
from tests.documents.reasons import DOCUMENT, reasons_table


def test_the_document_has_the_reasons_of_the_code() -> None:
    after = DOCUMENT.read_text().partition("<!-- reasons -->\n")[2]
    assert after.partition("<!-- end of reasons -->")[0] == reasons_table()


def test_every_reason_has_a_line_of_meaning() -> None:
    assert reasons_table().count("\n") - 2 == len(Reason)
