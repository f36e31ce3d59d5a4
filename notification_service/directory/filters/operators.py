"""Which fields of a client can be compared, and how; pure."""

from enum import StrEnum

ATTRIBUTE = "attributes."  # and its name


class Op(StrEnum):
    EQ = "eq"
    NE = "ne"
    IN = "in"
    LT = "lt"
    LTE = "lte"
    GT = "gt"
    GTE = "gte"
    CONTAINS = "contains"
    STARTS_WITH = "starts_with"
    EXISTS = "exists"


ORDER = frozenset({Op.LT, Op.LTE, Op.GT, Op.GTE})
OF_TEXT = frozenset({Op.CONTAINS, Op.STARTS_WITH})
# Of each field of a client; an attribute has them all.
OPS: dict[str, frozenset[Op]] = {
    **dict.fromkeys(("phone", "operator_code", "timezone"), frozenset(Op)),
    "tags": frozenset({Op.EQ, Op.IN, Op.EXISTS}),
    "created_at": frozenset(Op) - OF_TEXT,
}
