"""What a code of the gateway's own is told as."""

import pytest

from notification_service.delivery.gateways.http_verdict import LARGEST_GATEWAY_CODE, gateway_code
from notification_service.mailings.reasons import Reason, Why


@pytest.mark.parametrize("code", [-1, LARGEST_GATEWAY_CODE + 1, 10**30, "7", None, True, 7.0])
def test_a_gateway_cannot_invent_reasons_without_end(code: object) -> None:
    assert gateway_code(code) == Why(Reason.UNKNOWN_CODE)


@pytest.mark.parametrize("code", [0, 7, LARGEST_GATEWAY_CODE])
def test_a_gateways_own_code_is_told(code: int) -> None:
    assert gateway_code(code) == Why(Reason.GATEWAY_CODE, code)
