"""What a receipt says, in our own form or by a gateway's settings."""

import contextlib
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notification_service.mailings.gateways.http.providers import providers
from notification_service.mailings.receipts import InvalidReceipts, Receipt, reader_of
from tests.mailings.gateways.http.configs import changed

PLAIN = reader_of(None)
RULES = {
    "id": "/ref",
    "delivered": {"/state": ["DELIVRD"]},
    "undelivered": {"/state": ["UNDELIV", "EXPIRED"]},
    "reason": "/err",
}
BY_RULES = reader_of(changed(receipts=RULES))
BY_PROVIDER_ID = reader_of(changed(receipts={**RULES, "id": None, "provider_id": "/message/id"}))
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
)


def faults_of(body: Any, reader: Any = PLAIN) -> list[tuple[Any, str]]:
    with pytest.raises(InvalidReceipts) as caught:
        reader.read(body)
    return [(place, code) for place, _, code in caught.value.faults]


def test_our_own_form_is_read() -> None:
    said = {"id": 7, "status": "delivered", "at": "2030-01-31T09:00:00+03:00", "reason": "ok", "else": 1}
    moment = datetime(2030, 1, 31, 6, tzinfo=UTC)
    assert PLAIN.read(said) == [Receipt("delivered", message_id=7, at=moment, reason="ok")]
    least = [{"id": 2**63 - 1, "status": "undelivered"}, {"id": 1, "status": "delivered", "at": None}]
    assert PLAIN.read(least) == [
        Receipt("undelivered", message_id=2**63 - 1),
        Receipt("delivered", message_id=1),
    ]


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        ([1], [((0,), "not_an_object")]),
        ("x", [((), "not_an_object")]),
        ({}, [(("id",), "required"), (("status",), "required")]),
        ({"id": 2**63, "status": "delivered"}, [(("id",), "invalid")]),
        ({"id": True, "status": "delivered"}, [(("id",), "invalid")]),
        ({"id": "7", "status": ["delivered"]}, [(("id",), "invalid"), (("status",), "invalid")]),
        (
            [{"id": 1, "status": "delivered"}, {"id": 0, "status": "x"}],
            [((1, "id"), "invalid"), ((1, "status"), "invalid")],
        ),
        ({"id": 1, "status": "delivered", "at": "2030-01-31T09:00:00"}, [(("at",), "moment")]),
        (
            {"id": 1, "status": "delivered", "at": 5, "reason": 5},
            [(("reason",), "invalid"), (("at",), "moment")],
        ),
        ([{}] * 1001, [((), "max_length")]),
    ],
)
def test_what_is_wrong_is_told_with_its_place(body: Any, faults: list[Any]) -> None:
    assert faults_of(body) == faults


def test_settings_say_where_a_receipt_has_what() -> None:
    said = [
        {"ref": "12", "state": "DELIVRD"},
        {"ref": 13, "state": "EXPIRED", "err": 27},
        {"ref": 14, "state": "ENROUTE"},  # says neither
        {"ref": "somebody else's", "state": "DELIVRD"},
        {"ref": "9223372036854775808", "state": "DELIVRD"},
    ]
    assert BY_RULES.read(said) == [
        Receipt("delivered", message_id=12),
        Receipt("undelivered", message_id=13, reason="27"),
        Receipt("delivered"),
        Receipt("delivered"),
    ]
    assert BY_PROVIDER_ID.read({"message": {"id": "ab"}, "state": "UNDELIV"}) == [
        Receipt("undelivered", provider_id="ab")
    ]
    assert faults_of([{"state": "DELIVRD"}], BY_RULES) == [((0,), "required")]


@pytest.mark.parametrize(
    "written",
    [
        "2030-01-31T09:00:00+03:00",
        "2030-01-31T06:00:00.000+0000",
        "2030-01-31 06:00:00Z",
        1896069600,
        "1896069600",
        1896069600000,
        "1896069600000",
        1896069600.0,
        "1896069600.000",
    ],
)
def test_the_time_of_a_receipt_is_read_as_providers_write_it(written: Any) -> None:
    reader = reader_of(changed(receipts={**RULES, "at": "/done/at"}))
    [receipt] = reader.read({"ref": 12, "state": "DELIVRD", "done": {"at": written}})
    assert receipt == Receipt("delivered", message_id=12, at=datetime(2030, 1, 31, 6, tzinfo=UTC))


@pytest.mark.parametrize(
    "written",
    [
        *("2030-01-31T09:00:00", "31.01.2030 09:00:00", "", "now", "9" * 20, "1e9", "-1896069600", "٣" * 10),
        *(0, 5, -1896069600, 10**30, 1e300, float("inf"), float("nan"), True, None, [], {}),
    ],
)
def test_what_is_no_time_is_left_out_of_a_receipt(written: Any) -> None:
    reader = reader_of(changed(receipts={**RULES, "at": "/at"}))
    assert reader.read({"ref": 12, "state": "DELIVRD", "at": written}) == [
        Receipt("delivered", message_id=12)
    ]


AT = datetime(2030, 1, 31, 6, tzinfo=UTC)
# As each provider's documents show a receipt.
SHOWN: dict[str, tuple[Any, Receipt]] = {
    "infobip": (
        {
            "results": [
                {
                    "messageId": "8",
                    "doneAt": "2030-01-31T09:00:00.000+0300",
                    "status": {"groupName": "DELIVERED"},
                    "error": {"name": "NO_ERROR"},
                }
            ]
        },
        Receipt("delivered", message_id=8, at=AT, reason="NO_ERROR"),
    ),
    "probe_server": (
        {"id": 8, "status": "undelivered", "at": "2030-01-31T06:00:00Z", "reason": "x"},
        Receipt("undelivered", message_id=8, at=AT, reason="x"),
    ),
    "smsc": ({"id": "8", "status": "1", "err": "0"}, Receipt("delivered", message_id=8, reason="0")),
    "twilio": (
        {"MessageSid": "SM1", "MessageStatus": "undelivered", "ErrorCode": "30003"},
        Receipt("undelivered", provider_id="SM1", reason="30003"),
    ),
    "vonage": (
        {"client-ref": "8", "messageId": "0A", "status": "failed", "err-code": "1"},
        Receipt("undelivered", message_id=8, reason="1"),
    ),
}


@pytest.mark.parametrize("name", sorted(SHOWN))
def test_receipts_of_known_providers_are_read(name: str) -> None:
    body, receipt = SHOWN[name]
    assert reader_of(providers()[name].config).read(body) == [receipt]


def test_every_known_provider_that_sends_receipts_is_here() -> None:
    assert set(SHOWN) == {name for name, each in providers().items() if each.config.get("receipts")}


def test_a_provider_may_send_several_in_an_object() -> None:
    reader = reader_of(providers()["infobip"].config)
    one = {"messageId": "8", "status": {"groupName": "DELIVERED"}}
    assert len(reader.read({"results": [one] * 3})) == 3
    assert faults_of({"results": [one] * 1001}, reader) == [(("results",), "max_length")]
    assert faults_of({"results": {}}, reader) == [(("results",), "not_a_list")]


@given(JSON)
def test_whatever_comes_is_read_or_refused(body: Any) -> None:
    for reader in (PLAIN, BY_RULES, BY_PROVIDER_ID):
        with contextlib.suppress(InvalidReceipts):
            assert all(isinstance(each, Receipt) for each in reader.read(body))
