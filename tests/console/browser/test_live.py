"""How often a page looks: every two seconds while something runs, every thirty else, hidden never."""

from collections.abc import Callable
from typing import Any

from tests.console.browser.conftest import log_in
from tests.factories import make_mailing, make_running_mailing
from tests.journeys.service import wait_until

HIDE = "hidden => { Object.defineProperty(document, 'hidden', {value: hidden, configurable: true}); }"
COUNT_SHOWN = "window.shown = 0; document.addEventListener('htmx:afterSwap', () => window.shown += 1)"
SHOWN = "document.dispatchEvent(new Event('visibilitychange'))"


def open_with_a_clock(page: Any, path: str) -> Callable[[], int]:
    """The page, in whose time nothing passes by itself; answers how often it has looked since."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/live/" in request.url else None)
    log_in(page, "viewer")
    page.clock.install()
    page.goto(path)
    page.evaluate(COUNT_SHOWN)
    page.clock.pause_at(page.evaluate("Date.now()") + 1000)
    page.wait_for_load_state("networkidle")  # what was asked for until now is answered
    asked.clear()
    return lambda: len(asked)


def looks_within(page: Any, milliseconds: int) -> None:
    """It looks, and has shown what it saw: only then does it know when to look again."""
    shown = page.evaluate("window.shown")
    with page.expect_response("**/live/"):
        page.clock.run_for(milliseconds)
    wait_until(lambda: page.evaluate("window.shown") > shown, what="the page's new part")


def test_a_mailing_page_refreshes_every_two_seconds_while_the_mailing_runs(page: Any) -> None:
    mailing = make_running_mailing()
    looked = open_with_a_clock(page, f"/mailings/{mailing.pk}/")
    for _ in range(3):
        looks_within(page, 2_250)
    assert looked() in (3, 4)  # as the clock fell when it was stopped


def test_a_mailing_page_refreshes_every_thirty_seconds_after_the_mailings_end(page: Any) -> None:
    mailing = make_mailing(status="finished")
    looked = open_with_a_clock(page, f"/mailings/{mailing.pk}/")
    page.clock.run_for(27_000)
    assert looked() == 0
    looks_within(page, 4_000)
    assert looked() == 1


def test_a_hidden_page_does_not_refresh_until_it_is_shown_again(page: Any) -> None:
    mailing = make_running_mailing()
    looked = open_with_a_clock(page, f"/mailings/{mailing.pk}/")
    page.evaluate(HIDE, True)
    before = looked()
    page.clock.run_for(60_000)
    assert looked() == before
    page.evaluate(HIDE, False)
    with page.expect_response("**/live/"):
        page.evaluate(SHOWN)
