import asyncio
import json
import traceback

import pytest

from notification_service.delivery.gateways import GatewaySettings
from notification_service.delivery.gateways.probe_server import ProbeServerGateway
from notification_service.delivery.outcome import ACCEPTED, Response
from tests.delivery.gateways.wire import answer_of, http, read_request

OK = b'{"code": 0, "message": "OK"}'


def test_a_request_follows_the_contract() -> None:
    requests = []

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        requests.append(await read_request(reader))
        writer.write(http(OK))
        await writer.drain()

    assert answer_of("probe_server", behave) == Response(200, OK)
    [(head, body)] = requests
    assert head.startswith(b"POST /v1/send/7 HTTP/1.1\r\n")
    assert b"authorization: bearer someone:secret\r\n" in head.lower()
    assert b"content-type: application/json\r\n" in head.lower()
    assert json.loads(body) == {"id": 7, "phone": 79161234567, "text": "Hello"}


def test_any_text_reaches_the_gateway_unchanged() -> None:
    text = 'Привет "мир" \\ \n\t\x01 👋 </script>'
    gateway = ProbeServerGateway(GatewaySettings("http://127.0.0.1:1", "token"))
    assert json.loads(gateway._body(7, "79161234567", text)) == {"id": 7, "phone": 79161234567, "text": text}


def test_a_success_reuses_the_shared_verdict() -> None:
    assert ProbeServerGateway.judge(Response(200, OK)) is ACCEPTED


@pytest.mark.parametrize("token", ["sec\nret", "sec\0ret", "sec\x7fret"])
def test_a_token_that_no_header_can_carry_is_not_quoted(token: str) -> None:
    with pytest.raises(ValueError, match=r"^the token has characters that no header can carry$") as raised:
        ProbeServerGateway(GatewaySettings("http://127.0.0.1:1", token))
    assert token not in "".join(traceback.format_exception(raised.value))
