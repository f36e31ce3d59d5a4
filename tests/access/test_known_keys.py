"""A key that was looked up is good for less than a second."""

from dataclasses import dataclass

import pytest

from notification_service.access.known_keys import MOST, KnownKeys


@dataclass
class Key:
    key_hash: str = "hash"
    is_expired: bool = False


@pytest.mark.parametrize(("seconds", "is_known"), [(0.0, True), (0.8, True), (0.95, False), (60.0, False)])
def test_a_key_is_known_for_less_than_a_second(seconds: float, is_known: bool) -> None:
    now = [0.0]
    known: KnownKeys[Key] = KnownKeys(clock=lambda: now[0])
    known.keep(Key())
    now[0] = seconds
    assert (known.get("hash") is not None) == is_known


def test_a_key_that_expires_meanwhile_is_not_known() -> None:
    known: KnownKeys[Key] = KnownKeys()
    key = Key()
    known.keep(key)
    key.is_expired = True
    assert known.get("hash") is None


def test_a_forgotten_key_and_one_that_was_never_kept_are_not_known() -> None:
    known: KnownKeys[Key] = KnownKeys()
    known.keep(Key())
    known.forget("hash")
    assert (known.get("hash"), known.get("other")) == (None, None)


def test_a_process_keeps_no_more_keys_than_a_bound() -> None:
    known: KnownKeys[Key] = KnownKeys()
    for number in range(MOST + 1):
        known.keep(Key(str(number)))
    assert (known.get("0"), known.get(str(MOST))) == (None, Key(str(MOST)))
