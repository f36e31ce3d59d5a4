"""A worker's share of a gateway's `max_concurrency`. Pure.

The database hands a share out under a lock, until a lease ends; so the shares of all never exceed the limit.
"""

from math import ceil


def fair_share(*, limit: int, others: int, taken: int, under_way: int) -> int:
    """How many requests this worker may have under way.

    An equal part of `limit` among it and `others` workers, as far as they have not `taken` it yet; never
    fewer than are under way already, which were within its last share.
    """
    equal = ceil(limit / (others + 1))
    return max(under_way, min(equal, limit - taken), 0)
