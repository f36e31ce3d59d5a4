"""From a name to a connection: addresses, TLS, a proxy; and why there is none."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Any

import pytest

from notification_service.delivery.outcome import NoResponse, Response
from notification_service.delivery.wire import Proxy, addresses
from notification_service.mailings.reasons import Reason, Why
from tests.delivery.gateways.wire import read_request
from tests.delivery.wire.certificates import DAY, Authority, parts_of, server_context
from tests.delivery.wire.conftest import Run
from tests.delivery.wire.server import GOOD, TAKEN, answering, open_wire, responses, serving
from tests.ports import free_port

STREAM = socket.SOCK_STREAM
SENT = Response(200, TAKEN)
Address = IPv4Address | IPv6Address


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def not_connected(reason: Why) -> NoResponse:
    return NoResponse(reason, maybe_taken=False)


def resolving(names: dict[str, list[str]], port: int) -> Callable[..., Any]:
    """A resolver that knows these names, and fails for others."""

    def getaddrinfo(host: str, _port: int, *_: Any, **__: Any) -> list[Any]:
        if host not in names:
            raise socket.gaierror(socket.EAI_AGAIN, "try again")
        return [
            (
                socket.AF_INET6 if ":" in address else socket.AF_INET,
                socket.SOCK_STREAM,
                6,
                "",
                (address, port),
            )
            for address in names[host]
        ]

    return getaddrinfo


class TlsTests:
    def ask(self, run: Run, shown: Path, *, tls: ssl.SSLContext | None = None, **settings: Any) -> Any:
        context = tls or server_context(shown)
        [result], _ = run(responses(answering(GOOD), scheme="https", tls=context, **settings))
        return result

    def test_a_certificate_of_a_known_authority_is_accepted(self, run: Run, authority: Authority) -> None:
        certificate = authority.issue("127.0.0.1")
        assert self.ask(run, certificate, ca=authority.pem) == SENT

    def test_requests_share_a_connection(self, run: Run, authority: Authority) -> None:
        context = server_context(authority.issue("127.0.0.1"))
        found = run(responses(answering(GOOD), 5, scheme="https", tls=context, ca=authority.pem))
        assert found == ([SENT] * 5, 1)

    def test_an_unknown_authority_is_refused(self, run: Run, authority: Authority) -> None:
        reason = Why(Reason.TLS_ERROR, text="unable to get local issuer certificate")
        assert self.ask(run, authority.issue("127.0.0.1")) == not_connected(reason)

    def test_another_host_s_certificate_is_refused(self, run: Run, authority: Authority) -> None:
        reason = Why(Reason.TLS_ERROR, text="IP address mismatch")
        certificate = authority.issue("gateway.example")
        assert self.ask(run, certificate, ca=authority.pem) == not_connected(reason)

    def test_an_expired_certificate_is_refused(self, run: Run, authority: Authority) -> None:
        certificate = authority.issue("127.0.0.1", ends_in=-DAY)
        reason = Why(Reason.TLS_ERROR, text="certificate has expired")
        assert self.ask(run, certificate, ca=authority.pem) == not_connected(reason)

    def test_our_own_certificate_is_shown_to_a_server_that_asks(self, run: Run, authority: Authority) -> None:
        server, own = authority.issue("127.0.0.1"), authority.issue("service")
        tls = server_context(server, client_authority=authority.file)
        certificate, key = parts_of(own)
        settings = {"ca": authority.pem, "certificate": certificate, "key": key}
        assert self.ask(run, server, tls=tls, **settings) == SENT

    def test_a_server_that_asks_for_a_certificate_does_not_get_a_message_without(
        self, run: Run, authority: Authority
    ) -> None:
        server = authority.issue("127.0.0.1")
        tls = server_context(server, client_authority=authority.file)
        result = self.ask(run, server, tls=tls, ca=authority.pem)
        assert isinstance(result, NoResponse)

    def test_the_name_is_said_to_the_server(
        self, run: Run, authority: Authority, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        names: list[str | None] = []
        context = server_context(authority.issue("gateway.example"))
        context.sni_callback = lambda _socket, name, _context: names.append(name)

        async def main() -> Any:
            async with serving(answering(GOOD), tls=context) as server:
                known = resolving({"gateway.example": ["127.0.0.1"]}, server.port)
                monkeypatch.setattr(socket, "getaddrinfo", known)
                wire = open_wire(f"https://gateway.example:{server.port}", ca=authority.pem)
                result = await wire.ask("/", b"{}")
                wire.close()
                return result

        assert run(main()) == SENT
        assert names == ["gateway.example"]

    def test_an_authority_that_cannot_be_read_is_an_error_at_once(self) -> None:
        with pytest.raises(OSError, match="no start line"):
            open_wire("https://gateway.example", ca="not PEM")


class AddressTests:
    def ask(self, run: Run, monkeypatch: pytest.MonkeyPatch, *hosts: str, **settings: Any) -> Any:
        async def main() -> Any:
            async with serving(answering(GOOD)) as server:
                known = resolving({"gateway.example": list(hosts)}, server.port)
                monkeypatch.setattr(socket, "getaddrinfo", known)
                wire = open_wire(f"http://gateway.example:{server.port}", **settings)
                result = await wire.ask("/", b"{}")
                wire.close()
                return result

        return run(main())

    def test_the_next_address_is_asked_where_one_refuses(
        self, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert self.ask(run, monkeypatch, "::1", "127.0.0.1") == SENT

    def test_an_address_that_is_not_allowed_is_never_connected_to(
        self, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        result = self.ask(run, monkeypatch, "127.0.0.1", is_allowed=lambda address: address.is_global)
        assert result == not_connected(Why(Reason.ADDRESS_NOT_ALLOWED))

    def test_a_name_that_fails_later_keeps_its_addresses(
        self, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(addresses, "FRESH_SECONDS", 0.0)
        monkeypatch.setattr(addresses, "RETRY_SECONDS", 0.0)

        async def main() -> list[Any]:
            async with serving(answering(GOOD, keep=False)) as server:
                known = {"gateway.example": ["127.0.0.1"]}
                monkeypatch.setattr(socket, "getaddrinfo", resolving(known, server.port))
                wire = open_wire(f"http://gateway.example:{server.port}")
                first = await wire.ask("/", b"{}")
                known.clear()
                found = [first, *[await wire.ask("/", b"{}") for _ in range(5)]]
                wire.close()
                return found

        assert run(main()) == [SENT] * 6

    def test_a_name_that_failed_once_is_looked_up_again_soon(
        self, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(addresses, "RETRY_SECONDS", 0.0)

        async def main() -> list[Any]:
            async with serving(answering(GOOD)) as server:
                known: dict[str, list[str]] = {}
                monkeypatch.setattr(socket, "getaddrinfo", resolving(known, server.port))
                wire = open_wire(f"http://gateway.example:{server.port}")
                first = await wire.ask("/", b"{}")
                known["gateway.example"] = ["127.0.0.1"]
                found = [first, await wire.ask("/", b"{}")]
                wire.close()
                return found

        assert run(main()) == [not_connected(Why(Reason.NAME_NOT_RESOLVED)), SENT]

    def test_a_name_that_hangs_holds_up_no_other(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        asked = asyncio.Event()
        answer = threading.Event()

        async def main() -> list[Any]:
            loop = asyncio.get_running_loop()

            def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
                if host != "127.0.0.1":
                    loop.call_soon_threadsafe(asked.set)
                    answer.wait(30)
                return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

            monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
            async with serving(answering(GOOD)) as server:
                hanging = open_wire(f"http://gateway.example:{server.port}", connect_timeout_seconds=0.5)
                other = open_wire(f"http://127.0.0.1:{server.port}")
                waiting = asyncio.create_task(hanging.ask("/", b"{}"))
                await asked.wait()
                found = [await other.ask("/", b"{}"), await waiting]
                answer.set()
                hanging.close()
                other.close()
                return found

        assert run(main()) == [SENT, not_connected(Why(Reason.CONNECT_TIMEOUT))]


class ProxyTests:
    async def tunnel(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)

        async def copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
            while data := await source.read(65536):
                target.write(data)

        try:
            await asyncio.wait(
                [
                    asyncio.ensure_future(copy(*way))
                    for way in ((reader, inner_writer), (inner_reader, writer))
                ],
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            inner_writer.close()
            await inner_writer.wait_closed()

    def test_tls_goes_through_a_tunnel_to_a_name_that_only_the_proxy_knows(
        self, run: Run, authority: Authority
    ) -> None:
        heads: list[bytes] = []
        context = server_context(authority.issue("gateway.example"))

        async def main() -> Any:
            async with serving(answering(GOOD), tls=context) as gateway:

                async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                    heads.append(await reader.readuntil(b"\r\n\r\n"))
                    writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
                    await self.tunnel(reader, writer, gateway.port)

                async with serving(connect) as server:
                    proxy = Proxy.from_url(f"http://user:p%40ss@127.0.0.1:{server.port}")
                    wire = open_wire("https://gateway.example", proxy=proxy, ca=authority.pem)
                    result = await wire.ask("/v1", b"{}")
                    wire.close()
                    return result

        assert run(main()) == SENT
        assert heads[0].decode().split("\r\n")[:3] == [
            "CONNECT gateway.example:443 HTTP/1.1",
            "Host: gateway.example:443",
            "Proxy-Authorization: Basic dXNlcjpwQHNz",
        ]

    def test_plain_requests_name_the_gateway_in_full(self, run: Run) -> None:
        heads: list[bytes] = []

        async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            heads.append((await read_request(reader))[0])
            writer.write(GOOD)

        async def main() -> Any:
            async with serving(behave) as server:
                proxy = Proxy.from_url(f"http://127.0.0.1:{server.port}")
                wire = open_wire("http://gateway.example:8080/base", proxy=proxy)
                result = await wire.ask("/v1", b"{}")
                wire.close()
                return result

        assert run(main()) == SENT
        assert heads[0].split(b"\r\n")[0] == b"POST http://gateway.example:8080/base/v1 HTTP/1.1"
        assert b"\r\nHost: gateway.example:8080\r\n" in heads[0]

    @pytest.mark.parametrize(
        ("payload", "reason"),
        [
            (b"HTTP/1.1 407 Who are you?\r\n\r\n", Why(Reason.PROXY_STATUS, 407)),
            (b"", Why(Reason.PROXY_SILENT)),
            (b"nonsense\r\n\r\n", Why(Reason.PROXY_SILENT)),
        ],
    )
    def test_a_proxy_that_opens_no_tunnel_was_surely_not_given_the_message(
        self, run: Run, payload: bytes, reason: Why
    ) -> None:
        async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(payload)
            await writer.drain()

        async def main() -> Any:
            async with serving(behave) as server:
                proxy = Proxy.from_url(f"http://127.0.0.1:{server.port}")
                return await open_wire("https://gateway.example", proxy=proxy).ask("/", b"{}")

        assert run(main()) == not_connected(reason)


def test_a_port_where_nobody_listens_refuses(run: Run) -> None:
    async def main() -> Any:
        return await open_wire(f"http://127.0.0.1:{free_port()}").ask("/", b"{}")

    assert run(main()) == not_connected(Why(Reason.CONNECTION_REFUSED))


def test_a_server_without_tls_is_said_so(run: Run) -> None:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"this is not TLS\r\n" * 4)
        await writer.drain()
        await reader.read()

    [result], _ = run(responses(behave, scheme="https"))
    assert isinstance(result, NoResponse)
    assert (result.reason.code is Reason.TLS_ERROR, result.maybe_taken) == (True, False)
