"""Rules 5, 6 and 8 of delivery, as a table of answers and what each means."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from notification_service.delivery.config import DeliveryConfig
from notification_service.delivery.gateways import probe_server
from notification_service.delivery.outcome import (
    ACCEPTED,
    MAX_RESPONSE_BYTES,
    MAX_RETRY_AFTER,
    SENT,
    Failed,
    Held,
    NoResponse,
    NotLetIn,
    Outcome,
    Refused,
    Response,
    Retry,
    Sent,
    TryAgain,
    Unknown,
    Verdict,
    backoff_seconds,
    decide,
    retry_after_delay,
)
from notification_service.mailings.reasons import Reason, Why
from tests.reasons import http_status

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CONFIG = DeliveryConfig()
OK = b'{"code": 0, "message": "OK"}'
REFUSED = [400, 404, 405, 410, 413, 414, 415, 422]
TRY_AGAIN = [408, 425, 429, *range(500, 600)]
OTHER = [
    201,
    204,
    206,
    *range(300, 309),
    402,
    406,
    407,
    409,
    411,
    412,
    416,
    418,
    421,
    423,
    426,
    428,
    451,
    499,
    999,
]


def outcome(
    answer: Response | NoResponse,
    *,
    judge: Callable[[Response], Verdict] = probe_server.judge,
    attempt: int = 1,
    give_up: bool = False,
    config: DeliveryConfig = CONFIG,
    shut_out_as: Why | None = None,
) -> Outcome:
    return decide(
        answer,
        judge=judge,
        attempt=attempt,
        give_up_on_unknown=give_up,
        now=NOW,
        config=config,
        random=Random(1),
        shut_out_as=shut_out_as,
    )


def test_a_200_with_code_0_is_sent() -> None:
    assert outcome(Response(200, OK)) == Sent()


@pytest.mark.parametrize("status", REFUSED)
def test_a_refused_message_fails_for_good(status: int) -> None:
    assert outcome(Response(status, OK)) == Failed(http_status(status))


@pytest.mark.parametrize("status", [401, 403])
def test_a_401_or_403_holds_the_gateway(status: int) -> None:
    assert outcome(Response(status, OK, "60")) == Held(http_status(status))


@pytest.mark.parametrize("status", [*TRY_AGAIN, *OTHER])
def test_any_other_status_is_tried_again(status: int) -> None:
    answered = outcome(Response(status, OK))
    assert isinstance(answered, Retry)
    assert answered.reason == http_status(status)


@pytest.mark.parametrize(
    "body",
    [
        b'{"code": 0.0}',
        b'{"code": -0}',
        b'{"code": 0e5}',
        '{"code": 0, "message": "Принято"}'.encode("cp1251"),
        '{"code": 0, "message": "Принято"}'.encode("utf-16"),
        b'\xef\xbb\xbf{"code": 0}',
        b' \r\n{"message": "\xff\xfe", "code": 0}\n',
    ],
)
def test_a_body_that_says_code_0_in_any_spelling_is_a_success(body: bytes) -> None:
    assert outcome(Response(200, body)) is SENT


@pytest.mark.parametrize("reason", [Reason.CONNECTION_BROKE, Reason.RESPONSE_TIMEOUT])
def test_a_response_that_broke_off_after_it_said_code_0_is_a_success(reason: Reason) -> None:
    assert outcome(NoResponse(Why(reason), maybe_taken=True, partial=Response(200, OK))) is SENT


@pytest.mark.parametrize("partial", [Response(200, OK[:-1]), Response(202, OK), Response(200, b""), None])
def test_a_response_that_broke_off_before_is_none(partial: Response | None) -> None:
    broken = NoResponse(Why(Reason.CONNECTION_BROKE), maybe_taken=True, partial=partial)
    assert isinstance(outcome(broken), Retry)
    assert isinstance(outcome(broken, give_up=True), Unknown)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", Why(Reason.RESPONSE_NOT_JSON)),
        (b"<html>", Why(Reason.RESPONSE_NOT_JSON)),
        (b'{"code": 0', Why(Reason.RESPONSE_NOT_JSON)),
        (b'{"code": "\xff"}', Why(Reason.RESPONSE_WITHOUT_CODE)),
        (b"\x00\xd8", Why(Reason.RESPONSE_NOT_JSON)),
        (b"[" * 60_000, Why(Reason.RESPONSE_NOT_JSON)),
        (b'{"a":' * 12_000, Why(Reason.RESPONSE_NOT_JSON)),
        (b'{"code": ' + b"9" * 60_000 + b"}", Why(Reason.RESPONSE_NOT_JSON)),
        (b"[0]", Why(Reason.RESPONSE_WITHOUT_CODE)),
        (b"0", Why(Reason.RESPONSE_WITHOUT_CODE)),
        (b"null", Why(Reason.RESPONSE_WITHOUT_CODE)),
        (b"{}", Why(Reason.RESPONSE_WITHOUT_CODE)),
        (b'{"code": null}', Why(Reason.RESPONSE_WITHOUT_CODE)),
        (b'{"code": "0"}', Why(Reason.RESPONSE_WITHOUT_CODE)),
        (b'{"code": false}', Why(Reason.RESPONSE_WITHOUT_CODE)),
        (b'{"code": true}', Why(Reason.RESPONSE_WITHOUT_CODE)),
        (b'{"code": 0.5}', Why(Reason.UNKNOWN_CODE)),
        (b'{"code": NaN}', Why(Reason.UNKNOWN_CODE)),
        (b'{"code": [0]}', Why(Reason.RESPONSE_WITHOUT_CODE)),
        (b'{"Code": 0}', Why(Reason.RESPONSE_WITHOUT_CODE)),
        (b'{"code": 1}', Why(Reason.GATEWAY_CODE, 1)),
        (b'{"code": -1}', Why(Reason.UNKNOWN_CODE)),
        (b'{"code": 18446744073709551616}', Why(Reason.UNKNOWN_CODE)),
        (OK + b" " * MAX_RESPONSE_BYTES, Why(Reason.RESPONSE_TOO_LONG)),
    ],
)
def test_a_200_with_another_body_is_tried_again(body: bytes, reason: Why) -> None:
    answered = outcome(Response(200, body))
    assert isinstance(answered, Retry)
    assert answered.reason == reason


def test_a_body_of_exactly_64_kib_is_read() -> None:
    assert outcome(Response(200, OK.ljust(MAX_RESPONSE_BYTES))) == Sent()


@given(st.integers(100, 999), st.binary(max_size=200), st.text(max_size=40) | st.none())
def test_every_response_has_an_outcome(status: int, body: bytes, retry_after: str | None) -> None:
    assert isinstance(outcome(Response(status, body, retry_after)), Outcome)


@pytest.mark.parametrize("maybe_taken", [True, False])
def test_a_message_without_a_response_is_tried_again(maybe_taken: bool) -> None:
    answered = outcome(NoResponse(Why(Reason.RESPONSE_TIMEOUT), maybe_taken=maybe_taken))
    assert isinstance(answered, Retry)
    assert answered.reason == Why(Reason.RESPONSE_TIMEOUT)


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        (ACCEPTED, Sent()),
        (Refused(Why(Reason.PHONE_WRONG)), Failed(Why(Reason.PHONE_WRONG))),
        (NotLetIn(Why(Reason.ACCOUNT_EMPTY)), Held(Why(Reason.ACCOUNT_EMPTY))),
    ],
)
def test_the_verdict_of_the_gateway_kind_decides_and_not_the_status(
    verdict: Verdict, expected: Outcome
) -> None:
    assert outcome(Response(500, b"?", "60"), judge=lambda answer: verdict) == expected


def test_a_verdict_may_ask_for_a_wait_as_a_retry_after_may() -> None:
    slowly = Why(Reason.TOO_MANY_EQUAL)

    def judge(answer: Response) -> Verdict:
        return TryAgain(slowly, wait_seconds=60)

    minute, hour = Retry(NOW + timedelta(minutes=1), slowly, False), NOW + timedelta(hours=1)
    assert outcome(Response(200, b""), judge=judge) == minute
    assert outcome(Response(200, b"", "3600"), judge=judge) == Retry(hour, slowly, False)


@pytest.mark.parametrize(
    ("answer", "is_trouble"),
    [
        (Response(200, OK), False),
        *((Response(status, OK), False) for status in (*REFUSED, 401, 403, 408, 418, 204, 302, 600)),
        *((Response(status, OK), True) for status in (429, 500, 502, 503, 504, 599)),
        (Response(200, b"<html>"), False),
        (Response(200, b'{"code": 1}'), False),
        (Response(200, OK + b" " * MAX_RESPONSE_BYTES), False),
        (NoResponse(Why(Reason.RESPONSE_TIMEOUT), maybe_taken=True), True),
        (NoResponse(Why(Reason.CONNECTION_REFUSED), maybe_taken=False), True),
    ],
)
@pytest.mark.parametrize("max_attempts", [0, 1])
def test_a_server_error_is_trouble_and_a_refusal_is_not(
    answer: Response | NoResponse, is_trouble: bool, max_attempts: int
) -> None:
    config = DeliveryConfig(max_attempts=max_attempts)
    assert outcome(answer, config=config).is_trouble is is_trouble


def test_a_timeout_is_trouble_in_a_mailing_that_gives_up() -> None:
    assert outcome(NoResponse(Why(Reason.RESPONSE_TIMEOUT), maybe_taken=True), give_up=True).is_trouble


def test_a_message_that_may_have_been_taken_ends_as_unknown_if_the_mailing_gives_up() -> None:
    answered = outcome(NoResponse(Why(Reason.RESPONSE_TIMEOUT), maybe_taken=True), give_up=True)
    assert answered == Unknown(Why(Reason.RESPONSE_TIMEOUT))


def test_a_request_that_never_left_is_not_given_up() -> None:
    refused = NoResponse(Why(Reason.CONNECTION_REFUSED), maybe_taken=False)
    assert isinstance(outcome(refused, give_up=True), Retry)


def test_a_message_with_a_response_is_not_given_up_as_unknown() -> None:
    assert isinstance(outcome(Response(503, b""), give_up=True), Retry)


@pytest.mark.parametrize(("attempt", "expected"), [(1, Retry), (2, Retry), (3, Failed), (4, Failed)])
def test_a_message_fails_after_its_last_attempt(attempt: int, expected: type[Outcome]) -> None:
    config = DeliveryConfig(max_attempts=3)
    assert type(outcome(Response(500, b""), attempt=attempt, config=config)) is expected


def test_a_message_that_alone_is_not_let_in_waits_by_itself() -> None:
    answered = outcome(Response(403, b""), shut_out_as=http_status(403))
    assert isinstance(answered, Retry)
    assert (answered.reason, answered.is_trouble) == (http_status(403), False)


def test_a_held_attempt_is_never_the_last_attempt() -> None:
    config = DeliveryConfig(max_attempts=1)
    assert outcome(Response(401, b""), attempt=7, config=config) == Held(http_status(401))


def test_attempts_are_unlimited_by_default() -> None:
    assert isinstance(outcome(Response(500, b""), attempt=10**6), Retry)


@given(
    attempt=st.integers(1, 70) | st.integers(1, 10**6),
    base=st.floats(0.001, 1e6),
    cap=st.floats(0.001, 1e9),
    seed=st.integers(0, 1000),
)
def test_backoff_stays_below_its_ceiling(attempt: int, base: float, cap: float, seed: int) -> None:
    config = DeliveryConfig(retry_base_seconds=base, retry_cap_seconds=cap)
    ceiling = min(cap, base * 2 ** min(attempt - 1, 100))
    assert 0 <= backoff_seconds(attempt, config=config, random=Random(seed)) <= ceiling


def test_backoff_spreads_over_its_whole_range() -> None:
    random = Random(1)
    delays = [backoff_seconds(4, config=CONFIG, random=random) for _ in range(1000)]
    assert {int(delay) for delay in delays} == set(range(8))


class AtFraction(Random):
    """Every draw is this far along its range."""

    def __init__(self, fraction: float) -> None:
        super().__init__()
        self._fraction = fraction

    def random(self) -> float:
        return self._fraction


@given(
    st.floats(0, 1, exclude_max=True), st.integers(1, 10**18), st.floats(0.001, 1e6), st.floats(0.001, 1e9)
)
def test_backoff_is_the_drawn_fraction_of_its_ceiling(
    fraction: float, attempt: int, base: float, cap: float
) -> None:
    config = DeliveryConfig(retry_base_seconds=base, retry_cap_seconds=cap)
    ceiling = cap if attempt > 60 else min(cap, base * 2 ** (attempt - 1))
    drawn = backoff_seconds(attempt, config=config, random=AtFraction(fraction))
    assert drawn == pytest.approx(fraction * ceiling)


@given(st.integers(1, 10**18), st.text(max_size=40) | st.from_regex(r"[0-9]{1,30}") | st.none())
def test_a_retry_is_never_in_the_past_nor_over_six_hours_ahead(attempt: int, retry_after: str | None) -> None:
    answered = outcome(Response(503, b"", retry_after), attempt=attempt)
    assert isinstance(answered, Retry)
    assert NOW <= answered.at <= NOW + MAX_RETRY_AFTER


def test_backoff_reaches_its_cap() -> None:
    random = Random(1)
    assert max(backoff_seconds(10**6, config=CONFIG, random=random) for _ in range(1000)) > 590


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, 0),
        ("0", 0),
        ("120", 120),
        (" 120\t", 120),
        ("Mon, 23 Nov 2026 12:02:00 GMT", 120),
        ("Monday, 23-Nov-26 12:02:00 GMT", 120),
        ("Mon Nov 23 12:02:00 2026", 120),
        ("Mon, 23 Nov 2026 15:02:00 +0300", 120),
        ("Mon, 23 Nov 2026 12:02:00 -0000", 120),
        ("Mon, 23 Nov 2026 11:59:59 GMT", 0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Mon, 99 Nov 2026 12:02:00 GMT", 0),
        ("Mon, 23 Nov 2026 12:02:00 +9999999999", 0),
        ("-5", 0),
        ("+5", 0),
        ("1.5", 0),
        ("1e3", 0),
        ("1_000", 0),
        ("\u0661\u0662\u0660", 0),
        ("\u00b2", 0),
        ("", 0),
        ("soon", 0),
        ("5, 10", 0),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(value: str | None, seconds: int) -> None:
    assert retry_after_delay(value, now=NOW) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "value", ["31536000", "1795435200", "9" * 9, "9" * 5000, "Fri, 31 Dec 9999 23:59:59 GMT"]
)
def test_no_retry_after_is_longer_than_six_hours(value: str) -> None:
    assert retry_after_delay(value, now=NOW) == MAX_RETRY_AFTER


MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(9900, 1, 1), timezones=st.just(UTC))
FORMS = ["%a, %d %b %Y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y", "%a, %d %b %Y %H:%M:%S +0000"]


@given(now=MOMENTS, seconds=st.integers(-(10**9), 10**9), form=st.sampled_from(FORMS))
def test_a_retry_after_date_is_its_distance_and_a_past_date_is_zero(
    now: datetime, seconds: int, form: str
) -> None:
    now = now.replace(microsecond=0)
    moment = now + timedelta(seconds=seconds)
    expected = min(max(timedelta(0), timedelta(seconds=seconds)), MAX_RETRY_AFTER)
    assert retry_after_delay(moment.strftime(form), now=now) == expected


@given(st.integers(0, 10**9), st.sampled_from(["", " ", "\t", " \t "]))
def test_retry_after_seconds_are_read_with_blanks_around(seconds: int, blank: str) -> None:
    expected = min(timedelta(seconds=seconds), MAX_RETRY_AFTER)
    assert retry_after_delay(f"{blank}{seconds}{blank}", now=NOW) == expected


@given(
    st.text(st.characters(categories=["Nd", "No", "Nl"]), min_size=1).filter(lambda text: not text.isascii())
)
def test_digits_of_other_scripts_are_ignored_in_retry_after(value: str) -> None:
    assert retry_after_delay(value, now=NOW) == timedelta(0)


CONTROLS = st.text(st.characters(max_codepoint=0x9F), max_size=12)


@given(CONTROLS, CONTROLS, st.sampled_from(["120", "Mon, 23 Nov 2026 12:02:00 GMT", "9" * 400, "-0000"]))
def test_no_control_character_makes_the_retry_after_reader_raise(before: str, after: str, value: str) -> None:
    assert timedelta(0) <= retry_after_delay(f"{before}{value}{after}", now=NOW) <= MAX_RETRY_AFTER


@given(
    st.text(max_size=60) | st.from_regex(r"\w{3}, \d+ \w{3} \d+ \d+:\d+:\d+ [+-]?\w{0,12}", fullmatch=True)
)
@example("Mon, 23 Nov 0000 12:02:00 GMT")
@example("Mon, 31 Dec 9999 23:59:59 -2359")
def test_retry_after_is_never_negative_and_never_raises(value: str) -> None:
    assert timedelta(0) <= retry_after_delay(value, now=NOW) <= MAX_RETRY_AFTER


def test_a_retry_waits_for_the_retry_after_of_the_gateway() -> None:
    answered = outcome(Response(429, b"", "3600"))
    assert answered == Retry(NOW + timedelta(hours=1), http_status(429), is_trouble=True)


def test_a_short_retry_after_does_not_shorten_the_backoff() -> None:
    without, with_zero = (outcome(Response(503, b"", value), attempt=9) for value in (None, "0"))
    assert with_zero == without
