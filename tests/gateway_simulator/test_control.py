import pytest

from tests.gateway_simulator.running import simulator

PLAIN = {
    "seed": 0,
    "latency_ms": 0,
    "jitter_ms": 0,
    "error_rate": 0,
    "faults": {},
    "retry_after": "1",
    "trickle_ms": 150,
}


def test_the_behaviour_changes_at_run_time() -> None:
    with simulator() as gateway:
        assert gateway.ask("GET", "/_simulator/behaviour").json == PLAIN
        assert gateway.behave(faults={"401": 1}).json == PLAIN | {"faults": {"401": 1}}
        assert gateway.send(7).status == 401
        assert gateway.behave().json == PLAIN
        assert gateway.send(7).status == 200


def test_the_simulators_shown_behaviour_can_be_set_again() -> None:
    with simulator(seed=4, faults={"503": 0.25}, retry_after="http-date") as gateway:
        shown = gateway.ask("GET", "/_simulator/behaviour")
        assert gateway.ask("PUT", "/_simulator/behaviour", shown.body).json == shown.json


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"nonsense",
        b'{"faults": {"nosuch": 1}}',
        b'{"error_rate": 2}',
        b'{"x": 1}',
        b"\xff",
        b"[" * 9999,
        b'{"\\ud800": 1}',
        b'{"faults": {"\\ud800": 1}}',
    ],
)
def test_a_wrong_behaviour_is_refused_with_a_reason_and_changes_nothing(body: bytes) -> None:
    with simulator() as gateway:
        answer = gateway.ask("PUT", "/_simulator/behaviour", body)
        assert answer.status == 400
        assert answer.json["message"]
        assert gateway.ask("GET", "/_simulator/behaviour").json == PLAIN


def test_the_simulator_counts_requests_and_not_its_own_pages() -> None:
    with simulator() as gateway:
        gateway.send(7)
        gateway.send(7)
        gateway.ask("GET", "/")
        gateway.ask("GET", "/nowhere")
        stats = gateway.stats()
    assert {name: stats[name] for name in ("requests", "accepted", "duplicates", "answers", "kept")} == {
        "requests": 3,
        "accepted": 1,
        "duplicates": 1,
        "answers": {"200": 2, "404": 1},
        "kept": 3,
    }


def test_the_simulator_lists_requests_in_pages() -> None:
    with simulator(keep=4) as gateway:
        for msg_id in range(1, 7):
            gateway.send(msg_id)
        assert [request["msg_id"] for request in gateway.requests()] == [3, 4, 5, 6]
        assert [request["seq"] for request in gateway.requests("?after=4&limit=1")] == [5]
        assert gateway.requests("?after=6") == []


def test_a_page_of_requests_has_a_bounded_size_and_is_not_empty_before_the_end() -> None:
    with simulator() as gateway:
        for msg_id in range(1, 21):
            gateway.send(msg_id, text="й" * 160_000)  # nearly a mebibyte as ASCII
        first = [request["seq"] for request in gateway.requests()]
        rest = [request["seq"] for request in gateway.requests(f"?after={first[-1]}")]
    assert 0 < len(first) < 20
    assert first + rest == list(range(1, 21))


@pytest.mark.parametrize("query", ["?after=x", "?limit=-1", "?after=", "?limit=1.5", "?after=%D9%A7"])
def test_a_page_that_is_no_number_is_refused(query: str) -> None:
    with simulator() as gateway:
        assert gateway.ask("GET", f"/_simulator/requests{query}").status == 400


def test_the_simulator_forgets_its_requests_on_demand() -> None:
    with simulator() as gateway:
        gateway.send(7)
        assert gateway.ask("DELETE", "/_simulator/requests").status == 204
        assert gateway.requests() == []
        gateway.send(7)
        stats = gateway.stats()
        assert (stats["requests"], stats["accepted"], stats["duplicates"]) == (1, 1, 0)
