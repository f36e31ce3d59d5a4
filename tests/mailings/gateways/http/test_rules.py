"""Which answers a rule means, and when two of them claim the same answer."""

from typing import Any

import pytest

from notification_service.mailings.gateways.http.faults import Faults
from notification_service.mailings.gateways.http.pointers import MISSING, read_pointer, value_at
from notification_service.mailings.gateways.http.rules import all_hold, read_conditions
from tests.mailings.gateways.http.configs import changed, faults_of

ANSWER = {"a": {"b/c": [{"id": 7}, None], "m~n": "x"}, "list": [], "*": "star"}


@pytest.mark.parametrize(
    ("pointer", "found"),
    [
        ("/a/b~1c/0/id", 7),
        ("/a/m~0n", "x"),
        ("/a/*/*/id", 7),
        ("/*", "star"),
        ("/a/b~1c/1", None),
        ("/a/b~1c/2", MISSING),
        ("/a/b~1c/-1", MISSING),
        ("/a/b~1c/00", MISSING),
        ("/a/b~1c/١", MISSING),
        ("/a/m~0n/0", MISSING),
        ("/list/*", MISSING),
        ("/", MISSING),
        ("/a/b~1c/99999999999999999999", MISSING),
    ],
)
def test_a_pointer_leads_to_one_value_or_to_none(pointer: str, found: Any) -> None:
    assert value_at(ANSWER, read_pointer(pointer)) == found


@pytest.mark.parametrize(
    ("expected", "value", "holds"),
    [
        ([0], 0, True),
        ([0], 0.0, True),
        ([0], False, False),
        ([1], True, False),
        ([True], True, True),
        (["0"], 0, False),
        ([None], None, True),
        ([None], MISSING, False),
        (["a"], ["a"], False),
        ("any", 0, True),
        ("any", {}, True),
        ("any", None, False),
        ("any", MISSING, False),
        ("none", None, True),
        ("none", MISSING, True),
        ("none", "", False),
    ],
)
def test_a_condition_holds_for_equal_values_of_the_same_type(expected: Any, value: Any, holds: bool) -> None:
    conditions = read_conditions({"/v": expected}, (), Faults())
    assert all_hold(conditions, {} if value is MISSING else {"v": value}) is holds


OK = {"status": [200], "body": {"/s": ["ok"]}}


@pytest.mark.parametrize(
    ("accepted", "refused", "overlap"),
    [
        ({"status": [200]}, {"status": [400]}, False),
        ({"status": [200, 201]}, {"status": [201, 400]}, True),
        ({"status": [200]}, {"status": [200], "body": {"/error": [1]}}, True),
        ({"status": [200]}, {"body": {"/error": [1]}}, True),
        (OK, {"status": [200], "body": {"/error": [1]}}, False),
        (OK, {"status": [200], "body": {"/s": ["ok", "bad"]}}, True),
        (OK, {"status": [200], "body": {"/s": ["bad"]}}, False),
        (OK, {"status": [200], "body": {"/s": "any"}}, True),
        (OK, {"status": [200], "body": {"/s": "none"}}, False),
        (OK, {"status": [200]}, False),
        ({"body": {"/s": "any"}}, {"body": {"/s": "any", "/t": [1]}}, True),
        ({"body": {"/s": "none"}}, {"body": {"/s": [None]}}, True),
        ({"body": {"/s": "any"}}, {"body": {"/s": [None]}}, False),
        ({"body": {"/s": "none"}}, {"body": {"/s": "any"}}, False),
        ({"body": {"/s": [1]}}, {"body": {"/s": [True]}}, False),
    ],
)
def test_a_rule_whose_answer_an_earlier_one_takes_is_refused(
    accepted: dict[str, Any], refused: dict[str, Any], overlap: bool
) -> None:
    config = changed(accepted=[accepted], refused=[refused], not_let_in=...)
    assert faults_of(config) == ({"/refused/0": "rules_overlap"} if overlap else {})
