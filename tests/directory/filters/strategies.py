"""Random filters and random clients that have something to do with each other."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st

NAMES = ["age", "city", "a.b", "it's", 'say "hi"', "Ключ", "%s", "%(name)s", "a\\", "🙂", "$.x", "field"]
TEXTS = [
    *("", "Kazan", "kazan", "Казань", "Ёлка", "елка", "2026-03-01", "2026-11-30", "Z", "a", "ä", "10", "9"),
    *("true", "null", "100%", "a_b", "a\\b", "'; DROP TABLE directory_client; --", '"', "🙂", "K", "\u007f"),
]
NUMBERS = [0, 1, -1, 1.0, 0.1, 0.5, 10, 9, 2**53, 2**53 + 1, 2**63, -(2**63), 1e-7, 1e18, -0.0, 100]
SCALARS = st.sampled_from([*TEXTS, *NUMBERS, True, False])
TAGS = ["vip", "VIP", "new", "a|b", "it's", "Москва"]
CODES = ["900", "901", "926"]
ZONES = ["Europe/Moscow", "Asia/Omsk", "UTC"]
START = datetime(2026, 3, 1, tzinfo=UTC)
MOMENTS = [START + timedelta(hours=hours) for hours in range(4)]
PHONES = [f"7{code}000000{end}" for code in CODES for end in range(4)]
ORDERED = ("eq", "ne", "lt", "lte", "gt", "gte")


def one(field: str, ops: Any, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries({"field": st.just(field), "op": st.sampled_from(ops), "value": values})


def field(name: str, ops: Any, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """The comparisons of one field."""
    return st.one_of(
        one(name, ops, values),
        one(name, ["in"], st.lists(values, min_size=1, max_size=30)),
        one(name, ["exists"], st.booleans()),
    )


def of_column(name: str, values: list[str]) -> st.SearchStrategy[Any]:
    texts = st.sampled_from([*values, *(value[:3] for value in values), "", "7", "Z"])
    return field(name, (*ORDERED, "contains", "starts_with"), texts)


def written(moment: datetime, hours: int) -> str:
    return moment.astimezone(timezone(timedelta(hours=hours))).isoformat()


OF_ATTRIBUTES = st.sampled_from([f"attributes.{name}" for name in NAMES]).flatmap(
    lambda name: st.one_of(
        field(name, ("eq", "ne"), SCALARS),
        one(name, ORDERED[2:], st.sampled_from([*TEXTS, *NUMBERS])),
        one(name, ("contains", "starts_with"), st.sampled_from(TEXTS)),
    )
)
COMPARISONS = st.one_of(
    OF_ATTRIBUTES,
    field("tags", ("eq",), st.sampled_from(TAGS)),
    of_column("phone", PHONES),
    of_column("operator_code", CODES),
    of_column("timezone", ZONES),
    field("created_at", ORDERED, st.builds(written, st.sampled_from(MOMENTS), st.integers(-11, 12))),
)


def nested(inner: st.SearchStrategy[Any], levels: int) -> st.SearchStrategy[Any]:
    if levels == 1:
        return inner
    below = nested(inner, levels - 1)
    some = st.lists(below, min_size=1, max_size=3)
    return st.one_of(
        inner,
        st.fixed_dictionaries({"all": some}),
        st.fixed_dictionaries({"any": some}),
        st.fixed_dictionaries({"not": below}),
    )


CONDITIONS = nested(COMPARISONS, 4)
KEYS = {
    "operator_codes": st.lists(st.sampled_from(CODES), min_size=1, max_size=2),
    "tags": st.lists(st.sampled_from([*TAGS, ""]), min_size=1, max_size=2),
    "where": CONDITIONS,
}
EXCLUDED = st.one_of(
    *(
        st.fixed_dictionaries({key: KEYS[key]}, optional={k: KEYS[k] for k in KEYS if k != key})
        for key in KEYS
    )
)
_FILTERS = st.fixed_dictionaries({}, optional=KEYS | {"exclude": EXCLUDED})

_CLIENTS = st.fixed_dictionaries(
    {
        "operator_code": st.sampled_from(CODES),
        "tags": st.lists(st.sampled_from(TAGS), max_size=3, unique=True),
        "timezone": st.sampled_from(ZONES),
        "created_at": st.sampled_from(MOMENTS),
        "attributes": st.dictionaries(st.sampled_from(NAMES), st.one_of(SCALARS, st.none()), max_size=6),
    }
)


@st.composite
def filters(draw: st.DrawFn) -> dict[str, Any]:
    """A function, as the representation of the strategy has 50 kB."""
    return draw(_FILTERS)


@st.composite
def clients(draw: st.DrawFn) -> dict[str, Any]:
    return draw(_CLIENTS)
