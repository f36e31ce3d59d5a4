from typing import Any

import pytest
from django.test import RequestFactory

from notification_service.access.client_address import client_address, client_network


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, None, "10.0.0.9"),
        (0, "1.2.3.4", "10.0.0.9"),  # anybody can write it
        (1, "1.2.3.4", "1.2.3.4"),
        (1, "6.6.6.6, 1.2.3.4", "1.2.3.4"),  # the first is the caller's own invention
        (2, "6.6.6.6, 1.2.3.4, 10.0.0.2", "1.2.3.4"),
        (2, "1.2.3.4", "10.0.0.9"),  # came past one of the proxies
        (1, "1.2.3.4:5678", "1.2.3.4"),
        (1, "[2001:db8::1]:5678", "2001:db8::1"),
        (1, "::ffff:1.2.3.4", "1.2.3.4"),
        (1, "unknown", "10.0.0.9"),
        (1, "", "10.0.0.9"),
    ],
)
def test_only_the_entries_of_trusted_proxies_give_the_address(
    settings: Any, proxies: int, forwarded: str | None, expected: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    assert client_address(RequestFactory(REMOTE_ADDR="10.0.0.9").get("/", headers=headers)) == expected


def test_all_addresses_of_an_ipv6_subscriber_count_as_one_network() -> None:
    first = RequestFactory(REMOTE_ADDR="2001:db8:1:2:3::1").get("/")
    other = RequestFactory(REMOTE_ADDR="2001:db8:1:2:ffff::9").get("/")
    assert client_network(first) == client_network(other) == "2001:db8:1:2::"


def test_a_request_over_a_unix_socket_has_no_address() -> None:
    assert client_address(RequestFactory(REMOTE_ADDR="").get("/")) is None
