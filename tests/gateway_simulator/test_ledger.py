import json
import stat
from pathlib import Path

import pytest

from notification_service.gateway_simulator.ledger import Ledger
from notification_service.gateway_simulator.ring import Received


def received(msg_id: int, *, at: float = 0.0, text: str = "Good day", answer: str = "200") -> Received:
    return Received(at, msg_id, 79161234567, text, answer)


def take(ledger: Ledger, msg_id: int) -> int:
    nth = ledger.count_request(msg_id)
    ledger.mark_taken(msg_id)
    ledger.record(received(msg_id))
    return nth


def kept_seqs(ledger: Ledger, *, after: int = 0, limit: int = 100) -> list[int]:
    return [json.loads(line)["seq"] for line in ledger.requests(after=after, limit=limit)]


def test_the_ledger_counts_the_requests_of_each_message() -> None:
    ledger = Ledger(keep=10)
    assert [take(ledger, msg_id) for msg_id in (7, 8, 7, 7, 8)] == [1, 1, 2, 3, 2]


def test_a_duplicate_is_a_request_after_the_message_was_taken() -> None:
    ledger = Ledger(keep=10)
    ledger.count_request(7)
    ledger.record(received(7, answer="503"))
    for _ in range(3):
        take(ledger, 7)
    stats = ledger.stats(now=0)
    assert (stats["requests"], stats["accepted"], stats["duplicates"]) == (4, 1, 2)
    assert stats["answers"] == {"200": 3, "503": 1}


def test_the_ledger_keeps_the_last_requests() -> None:
    ledger = Ledger(keep=3)
    for msg_id in range(1, 6):
        ledger.record(received(msg_id))
    assert kept_seqs(ledger) == [3, 4, 5]
    assert [kept.msg_id for kept in ledger.latest(2)] == [5, 4]
    assert ledger.stats(now=0)["requests"] == 5


@pytest.mark.parametrize(
    ("after", "limit", "seqs"),
    [(0, 2, [3, 4]), (3, 1, [4]), (4, 9, [5]), (5, 9, []), (99, 9, []), (0, 0, [])],
)
def test_the_kept_requests_are_read_in_pages(after: int, limit: int, seqs: list[int]) -> None:
    ledger = Ledger(keep=3)
    for msg_id in range(1, 6):
        ledger.record(received(msg_id))
    assert kept_seqs(ledger, after=after, limit=limit) == seqs


def test_the_ledger_keeps_only_as_many_long_texts_as_fit() -> None:
    ledger = Ledger(keep=1000)
    for msg_id in range(100):
        ledger.record(received(msg_id, text=f"{msg_id:02}" * 500_000))
    assert ledger.stats(now=0)["kept"] == 16


def test_the_ledger_keeps_a_repeated_long_text_once() -> None:
    ledger = Ledger(keep=1000)
    for msg_id in range(1000):
        ledger.record(received(msg_id, text="x" * 1_000_000))
    assert ledger.stats(now=0)["kept"] == 1000


def test_a_cleared_ledger_keeps_only_its_running_number() -> None:
    ledger = Ledger(keep=10)
    take(ledger, 7)
    ledger.clear()
    assert ledger.stats(now=0)["requests"] == 0
    assert take(ledger, 7) == 1
    assert kept_seqs(ledger) == [2]


def test_the_rate_counts_the_requests_of_the_last_whole_second() -> None:
    ledger = Ledger(keep=10)
    for at in (10.0, 10.5, 10.9, 11.1):
        ledger.record(received(7, at=at))
    assert [ledger.stats(now=now)["requests_per_second"] for now in (11.5, 12.5, 13.5)] == [3, 1, 0]


def test_the_log_is_appended_to_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "requests.ndjson"
    for text in ('a "quoted" line\nand \u2028 another', "день"):
        ledger = Ledger(keep=0, log_path=path)
        ledger.record(received(7, at=1.25, text=text))
        ledger.close()
    assert [json.loads(line) for line in path.read_text().splitlines()] == [
        {"seq": 1, "received_at": 1.25, "msg_id": 7, "phone": 79161234567, "text": text, "answer": "200"}
        for text in ('a "quoted" line\nand \u2028 another', "день")
    ]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
