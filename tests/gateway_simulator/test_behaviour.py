import math
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notification_service.gateway_simulator.behaviour import (
    NAMED_FAULTS,
    Behaviour,
    BehaviourError,
    parse_faults,
)

INT64 = st.integers(-(2**63), 2**63 - 1)
MIXED = Behaviour(seed=5, jitter_ms=20, error_rate=0.1, faults={"drop": 0.2, "429": 0.2, "hang": 0.1})


def test_a_phone_may_have_a_fault_of_its_own() -> None:
    behaviour = Behaviour(phones={"79000000001": "500", "79000000002": "hang:2"})
    answers = {
        phone: [behaviour.decide_phone(phone, 1, nth).answer for nth in (1, 2, 3)]
        for phone in ("79000000001", "79000000002", "79000000003")
    }
    assert list(answers.values()) == [["500"] * 3, ["hang", "hang", "200"], ["200"] * 3]
    assert Behaviour.from_json(behaviour.as_json()) == behaviour


@pytest.mark.parametrize("phones", [[], {"7": 500}, {"7": ""}, {"7": "unheard-of"}, {"7": "500:x"}])
def test_refuses_faults_of_phones_that_it_does_not_know(phones: object) -> None:
    with pytest.raises(BehaviourError):
        Behaviour.from_json({"phones": phones})


@given(requests=st.lists(st.tuples(INT64, st.integers(1, 1000)), unique=True), seed=INT64, data=st.data())
def test_a_decision_for_a_seed_does_not_depend_on_the_order_of_requests(
    requests: list[tuple[int, int]], seed: int, data: st.DataObject
) -> None:
    first, second = (
        Behaviour(seed=seed, jitter_ms=20, error_rate=0.3, faults={"drop": 0.3, "429": 0.2}) for _ in "ab"
    )
    decided = {request: first.decide(*request) for request in requests}
    shuffled = data.draw(st.permutations(requests))
    assert {request: second.decide(*request) for request in shuffled} == decided


def test_another_seed_and_a_repeated_request_give_other_decisions() -> None:
    other = Behaviour(seed=6, jitter_ms=20, error_rate=0.1, faults=MIXED.faults)
    first = [MIXED.decide(msg_id, 1) for msg_id in range(100)]
    assert first != [other.decide(msg_id, 1) for msg_id in range(100)]
    assert first != [MIXED.decide(msg_id, 2) for msg_id in range(100)]


def test_each_fault_has_its_frequency_and_half_of_the_drops_are_taken() -> None:
    total = 20_000
    answers = Counter(MIXED.decide(msg_id, 1).answer for msg_id in range(total))
    shares = {"200": 0.4, "429": 0.2, "hang": 0.1, "drop": 0.1, "drop_taken": 0.1}
    shares |= dict.fromkeys(["500", "502", "503", "504"], 0.025)
    assert answers.keys() == shares.keys()
    for answer, share in shares.items():
        assert answers[answer] / total == pytest.approx(share, abs=5 * math.sqrt(share / total))


def test_the_simulator_is_an_ordinary_gateway_unless_faults_are_set() -> None:
    assert Behaviour().decide(7, 1) == ("200", 0.0)


def test_jitter_is_added_to_the_latency() -> None:
    delays = [
        Behaviour(latency_ms=100, jitter_ms=50).decide(msg_id, 1).delay_seconds for msg_id in range(500)
    ]
    assert 0.1 <= min(delays) < 0.105
    assert 0.145 < max(delays) < 0.15


@pytest.mark.parametrize("fault", [*sorted(NAMED_FAULTS), "500", "503", "429", "401", "400", "599", "204"])
def test_a_fault_with_the_frequency_1_hits_every_request(fault: str) -> None:
    behaviour = Behaviour(faults={fault: 1})
    answers = {behaviour.decide(msg_id, 1).answer for msg_id in range(100)}
    assert answers == ({"drop", "drop_taken"} if fault == "drop" else {fault})


def test_frequencies_of_ten_tenths_add_up_to_1() -> None:
    tenths = dict.fromkeys(["500", "501", "502", "503", "504", "505", "429", "400", "401"], 0.1)
    assert Behaviour(faults=tenths, error_rate=0.1).decide(7, 1).answer != "200"


@pytest.mark.parametrize(
    "wrong",
    [
        {"faults": {"nosuch": 0.1}},
        {"faults": {"200": 0.1}},
        {"faults": {"100": 0.1}},
        {"faults": {"600": 0.1}},
        {"faults": {"٥٠٠": 0.1}},
        {"faults": {"500": 1.1}},
        {"faults": {"500": -0.1}},
        {"faults": {"500": math.nan}},
        {"faults": {"500": True}},
        {"faults": {"500": "0.1"}},
        {"faults": {"500": 0.6, "drop": 0.5}},
        {"faults": {"500": 0.6}, "error_rate": 0.5},
        {"faults": ["500"]},
        {"faults": None},
        {"error_rate": 2},
        {"error_rate": None},
        {"latency_ms": -1},
        {"latency_ms": math.inf},
        {"latency_ms": "100"},
        {"jitter_ms": math.nan},
        {"trickle_ms": -1},
        {"retry_after": "soon"},
        {"retry_after": -1},
        {"retry_after": None},
        {"retry_after": "http-date:"},
        {"seed": 1.5},
        {"seed": True},
        {"seed": 2**63},
        {"speed": 1},
    ],
)
def test_an_invalid_behaviour_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(BehaviourError, match=r"\w"):
        Behaviour.from_json(wrong)


@pytest.mark.parametrize("wrong", [None, [], "fast", 1])
def test_a_behaviour_that_is_no_object_is_refused(wrong: object) -> None:
    with pytest.raises(BehaviourError, match="object"):
        Behaviour.from_json(wrong)


def test_a_written_behaviour_is_read_back_unchanged() -> None:
    assert Behaviour.from_json(MIXED.as_json()) == MIXED


def test_faults_are_read_from_the_command_line() -> None:
    assert parse_faults(["503=0.25", "drop=1e-3"]) == {"503": 0.25, "drop": 0.001}


@pytest.mark.parametrize("arguments", [["503"], ["503="], ["503=half"], ["503=0.1", "503=0.2"]])
def test_a_fault_without_a_name_or_a_frequency_is_refused(arguments: list[str]) -> None:
    with pytest.raises(BehaviourError, match="fault"):
        parse_faults(arguments)
