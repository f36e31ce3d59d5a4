"""Opting a client out and back in, by keyboard alone."""

from pathlib import Path
from typing import Any

from notification_service.directory.models import OptOut
from notification_service.mailings.client_uploads import take_waiting
from notification_service.mailings.models import Message
from tests.console.browser.conftest import log_in
from tests.factories import make_client, make_message


def test_an_operator_opts_a_client_out_and_back_in_by_keyboard(page: Any) -> None:
    client = make_client(phone="79161234567")
    make_message(client=client)
    log_in(page, "operator")
    page.goto(f"/clients/{client.pk}/")
    page.get_by_role("link", name="Opt out…").press("Enter")
    page.get_by_text("Waiting to be sent, by topic:").wait_for()
    page.get_by_label("Topic").press("Tab")
    page.keyboard.type("asked by phone")
    page.keyboard.press("Enter")
    page.get_by_text("Opted out.").wait_for()
    assert OptOut.objects.in_force().get().reason == "asked by phone"
    assert Message.objects.get().status == "cancelled"

    page.get_by_role("link", name="Withdraw the opt-out: everything").press("Enter")
    page.get_by_label("Reason").press("End")
    page.keyboard.type("changed their mind")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("The opt-out has been withdrawn.").wait_for()
    page.get_by_text("changed their mind").wait_for()
    assert not OptOut.objects.in_force().exists()


def test_an_operator_imports_opt_outs_and_saves_the_rejected_lines(page: Any, tmp_path: Path) -> None:
    path = tmp_path / "said no.csv"
    path.write_text("Телефон;Тема\n8 916 123-45-67;акции\n123;акции\n", encoding="cp1251")
    log_in(page, "operator")
    page.goto("/opt-outs/import/")
    page.get_by_label("CSV or NDJSON").set_input_files(path)
    page.get_by_role("button", name="Upload and check").click()
    page.get_by_text("1 row of the first 2 would be rejected.").wait_for()
    page.get_by_role("button", name="Start the import").click()
    page.get_by_text("It starts as soon as a worker is free").wait_for()
    take_waiting()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the rejected lines").click()
    saved = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert saved.splitlines()[1].startswith('"123";"акции";')
    assert OptOut.objects.get().topic == "акции"
