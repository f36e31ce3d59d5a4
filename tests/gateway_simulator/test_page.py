import re
from base64 import b64encode
from hashlib import sha256

import pytest

from notification_service.gateway_simulator.page import mask_phone
from tests.gateway_simulator.running import PHONE, simulator


def test_html_in_a_text_is_escaped() -> None:
    with simulator() as gateway:
        gateway.send(7, text="</td><script>alert('hello')</script>$rows")
        answer = gateway.ask("GET", "/")
    page = answer.body.decode()
    assert "&lt;/td&gt;&lt;script&gt;alert(&#x27;hello&#x27;)&lt;/script&gt;$rows" in page
    assert page.count("<script>") == 1


def test_only_the_pages_own_script_and_style_may_run() -> None:
    with simulator() as gateway:
        answer = gateway.ask("GET", "/")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    for tag in ("script", "style"):
        [source] = re.findall(rf"<{tag}>(.*?)</{tag}>", answer.body.decode(), re.DOTALL)
        digest = b64encode(sha256(source.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}';" in policy


def test_the_page_masks_phones() -> None:
    with simulator() as gateway:
        gateway.send(7)
        page = gateway.ask("GET", "/").body.decode()
    assert "+7 916 ···· 45 67" in page
    assert str(PHONE) not in page


def test_the_page_shows_the_totals_and_the_current_behaviour() -> None:
    with simulator(latency_ms=5, faults={"401": 0.25, "503": 0.75}) as gateway:
        gateway.send(7)
        page = gateway.ask("GET", "/").body.decode()
    assert "<b>1</b><span>Requests</span>" in page
    assert "<dt>fault 401</dt><dd>25.00%</dd>" in page
    assert "<dt>latency</dt><dd>5 ms</dd>" in page


def test_the_page_shows_the_last_fifty_messages_newest_first() -> None:
    with simulator() as gateway:
        for msg_id in range(100, 160):
            gateway.send(msg_id)
        page = gateway.ask("GET", "/").body.decode()
    shown = [msg_id for msg_id in range(100, 160) if f"<td>{msg_id}</td>" in page]
    assert shown == list(range(110, 160))
    assert page.index("<td>159</td>") < page.index("<td>110</td>")


def test_the_page_loads_nothing_from_other_servers() -> None:
    with simulator() as gateway:
        page = gateway.ask("GET", "/").body.decode()
    assert "://" not in page
    assert "No message yet" in page


@pytest.mark.parametrize(
    ("phone", "masked"),
    [(79161234567, "+7 916 ···· 45 67"), (123456, "···· 56"), (-12345, "···· 45"), (12, "····"), (None, "—")],
)
def test_a_phone_of_any_length_is_masked(phone: int | None, masked: str) -> None:
    assert mask_phone(phone) == masked
