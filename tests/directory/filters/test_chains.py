"""Segments name each other in short chains and in no circle."""

import pytest

from notification_service.directory.filters import ClientFilter, InvalidFilter, read_filter
from notification_service.directory.filters.chains import check_chains

LEAF = {"field": "attributes.age", "op": "eq", "value": 1}


def naming(segment: str) -> ClientFilter:
    return ClientFilter(segment=segment)


def chain(length: int) -> dict[str, ClientFilter]:
    """s1 names s2, and so on."""
    return {f"s{n}": naming(f"s{n + 1}") for n in range(1, length)} | {f"s{length}": ClientFilter()}


def refusal(name: str, found: ClientFilter, others: dict[str, ClientFilter]) -> tuple[str, str]:
    with pytest.raises(InvalidFilter) as refused:
        check_chains(name, found, others)
    [(place, detail)] = refused.value.faults
    return "/".join(map(str, place)), detail


@pytest.mark.parametrize(
    ("others", "circle"),
    [
        ({}, "a → a"),
        ({"b": naming("a")}, "a → b → a"),
        ({"b": naming("c"), "c": naming("a")}, "a → b → c → a"),
    ],
)
def test_a_segment_that_names_itself_is_refused(others: dict[str, ClientFilter], circle: str) -> None:
    named = "b" if others else "a"
    assert refusal("a", naming(named), others) == ("segment", f"The segment would name itself: {circle}.")
    assert refusal("a", ClientFilter(exclude=naming(named)), others)[0] == "exclude/segment"


def test_a_circle_through_what_a_segment_excludes_is_refused() -> None:
    assert refusal("a", naming("b"), {"b": ClientFilter(exclude=naming("a"))})[0] == "segment"


def test_a_chain_has_ten_segments_at_most() -> None:
    check_chains("top", naming("s1"), chain(9))
    assert refusal("top", naming("s1"), chain(10))[0] == "segment"


def test_a_chain_is_as_long_from_its_middle() -> None:
    others = {"top": naming("middle"), **chain(9)}
    assert refusal("middle", naming("s1"), others)[0] == "segment"
    check_chains("middle", naming("s2"), others)


def test_segments_that_name_each_other_twice_do_not_grow_without_end() -> None:
    others = {f"s{n}": ClientFilter(segment=f"s{n + 1}", exclude=naming(f"s{n + 1}")) for n in range(1, 9)}
    assert refusal("s9", read_filter({"where": {"all": [LEAF] * 20}}), others)[0] == "where"
