from tests.benchmarks.__main__ import DOCUMENT
from tests.benchmarks.registry import KEYS, NAMES
from tests.benchmarks.table import BEGIN, END


def test_the_registry_has_each_benchmark_in_the_order_of_their_numbers() -> None:
    assert list(NAMES) == [f"B{number}" for number in range(1, 16)]


def test_every_goal_has_a_row_in_the_performance_document() -> None:
    lines = DOCUMENT.read_text().partition(BEGIN)[2].partition(END)[0].splitlines()
    shown = [line.split(" | ")[0].removeprefix("| ") for line in lines if line.startswith("| B")]
    assert shown == list(KEYS)


def test_the_key_of_a_goal_begins_with_the_name_of_its_benchmark() -> None:
    assert {key.split(" ")[0] for key in KEYS} == set(NAMES)
