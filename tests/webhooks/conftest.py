from collections.abc import Iterator
from typing import Any

import pytest

from tests.webhooks.receiver import Receiver, receiver


@pytest.fixture
def private_addresses(settings: Any) -> None:
    settings.GATEWAY_ALLOW_PRIVATE_ADDRESSES = True


@pytest.fixture
def system(transactional_db: None, private_addresses: None) -> Iterator[Receiver]:
    """Another system, on this machine."""
    with receiver() as found:
        yield found
