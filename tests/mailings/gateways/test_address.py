import pytest
from pytest_django import Settings

from notification_service.mailings.gateways import GatewayUnusable, check_url


@pytest.mark.parametrize(
    "url",
    [
        "http://8.8.8.8",
        "https://8.8.8.8:8443/sms/send",
        "http://[2606:4700:4700::1111]/",
        "HTTPS://8.8.8.8",
    ],
)
def test_a_public_address_is_allowed(url: str) -> None:
    check_url(url)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.100.100.200",
        "169.254.169.254",
        "168.63.129.16",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "[::]",
        "[::1]",
        "[fe80::1]",
        "[fd00:ec2::254]",
        "[fec0::1]",
        "[ff02::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:a00:1]",
        "[::7f00:1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "localhost",
    ],
)
def test_a_private_address_is_refused_in_every_spelling(host: str) -> None:
    with pytest.raises(GatewayUnusable, match="is a private address"):
        check_url(f"http://{host}:8025")


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "127.0.0.1.", "0x7f.1"])
def test_a_number_that_is_not_a_plain_address_is_refused(host: str) -> None:
    with pytest.raises(GatewayUnusable, match="is not an address"):
        check_url(f"http://{host}/")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://8.8.8.8",
        "file:///etc/passwd",
        "//8.8.8.8",
        "http://",
        "http://user:secret@8.8.8.8",
        "http://8.8.8.8?a=1",
        "http://8.8.8.8/#a",
        "http://8.8.8.8\\@127.0.0.1/",
        "http://8.8.8.8/\n",
        "http://127。0。0。1/",
        "http://%31%32%37.0.0.1/",
        "http://8.8.8.8/" + "a" * 500,
    ],
)
def test_anything_but_a_plain_http_url_is_refused(url: str) -> None:
    with pytest.raises(GatewayUnusable, match="the URL must be"):
        check_url(url)


def test_a_port_beyond_the_last_is_refused() -> None:
    with pytest.raises(GatewayUnusable, match="port"):
        check_url("http://8.8.8.8:65536")


def test_a_name_that_does_not_resolve_is_refused() -> None:
    with pytest.raises(GatewayUnusable, match="is not resolved"):
        check_url("http://nowhere.invalid")


def test_private_addresses_can_be_allowed_by_a_setting(settings: Settings) -> None:
    settings.GATEWAY_ALLOW_PRIVATE_ADDRESSES = True
    check_url("http://127.0.0.1:8025")


def test_the_gateway_url_of_the_environment_is_always_allowed(settings: Settings) -> None:
    settings.GATEWAY_URL = "http://127.0.0.1:8025"
    check_url("http://127.0.0.1:8025")
