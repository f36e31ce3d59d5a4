"""What becomes of a claimed message, as a row."""

from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from notification_service.delivery.messages import (
    Claimed,
    ClaimedBatch,
    MailingTerms,
    NotSent,
    OutcomeBuffer,
)
from notification_service.delivery.outcome import Failed, Held, NoResponse, Response, Retry, Unknown
from notification_service.delivery.outcome_rows import not_sent, released
from notification_service.mailings.reasons import Reason, Why
from notification_service.mailings.send_window import SendWindow
from tests.reasons import http_status

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
BATCH = ClaimedBatch(5, left=1, start_before=0)
MESSAGE = Claimed(BATCH, 7, 3, attempt=2, phone="79161234567", timezone="Asia/Tokyo")
TERMS = MailingTerms("Hello", NOW + timedelta(days=1), (), give_up_on_unknown=False, is_running=True)
DAYTIME = MailingTerms(
    "Hello",
    NOW + timedelta(days=1),
    (SendWindow(time(9), time(21)),),
    give_up_on_unknown=False,
    is_running=True,
)


def test_a_release_charges_nothing_and_leaves_no_attempt() -> None:
    assert released(MESSAGE, until=NOW) == NotSent(MESSAGE, "pending", next_attempt_at=NOW, charged=False)


def test_a_retry_waits_and_is_charged() -> None:
    row = not_sent(
        MESSAGE, Retry(NOW, http_status(503)), response=Response(503, b"busy"), terms=TERMS, now=NOW
    )
    assert row == NotSent(
        MESSAGE,
        "pending",
        next_attempt_at=NOW,
        attempt_outcome="retry",
        reason=http_status(503),
        at=NOW.timestamp(),
        http_status=503,
        response="busy",
        retry_at=NOW,
    )


def test_a_retry_outside_the_window_waits_for_the_opening() -> None:
    retry = Retry(NOW, http_status(503))  # 21:00 in Tokyo
    row = not_sent(MESSAGE, retry, response=Response(503, b""), terms=DAYTIME, now=NOW)
    assert (row.next_attempt_at, row.retry_at) == (datetime(2026, 11, 24, 0, tzinfo=UTC), NOW)


def test_a_held_message_waits_and_is_not_charged() -> None:
    row = not_sent(MESSAGE, Held(http_status(401)), response=Response(401, b""), terms=TERMS, now=NOW)
    assert (row.status, row.next_attempt_at, row.charged) == ("pending", NOW, False)


def test_a_refusal_ends_the_message() -> None:
    row = not_sent(MESSAGE, Failed(http_status(400)), response=Response(400, b""), terms=TERMS, now=NOW)
    assert (row.status, row.next_attempt_at, row.charged) == ("failed", None, True)


def test_an_unknown_outcome_ends_the_message() -> None:
    silence = NoResponse(Why(Reason.RESPONSE_TIMEOUT), maybe_taken=True)
    row = not_sent(MESSAGE, Unknown(silence.reason), response=silence, terms=TERMS, now=NOW)
    assert (row.status, row.next_attempt_at, row.http_status, row.response) == ("unknown", None, None, "")


@given(st.binary(max_size=3000))
def test_the_start_of_a_response_is_kept_as_text_that_postgresql_can_store(body: bytes) -> None:
    row = not_sent(MESSAGE, Failed(http_status(400)), response=Response(400, body), terms=TERMS, now=NOW)
    assert len(row.response) <= 500
    assert "\0" not in row.response
    row.response.encode()


def test_a_cyrillic_response_is_kept_without_broken_characters() -> None:
    body = ("ж" * 600).encode()
    row = not_sent(MESSAGE, Failed(http_status(400)), response=Response(400, body), terms=TERMS, now=NOW)
    assert row.response == "ж" * 500


def test_a_nul_in_a_response_becomes_a_replacement_character() -> None:
    row = not_sent(MESSAGE, Failed(http_status(400)), response=Response(400, b"a\0b"), terms=TERMS, now=NOW)
    assert row.response == "a\ufffdb"


def test_the_buffer_counts_sent_and_not_sent_messages_together() -> None:
    outcomes = OutcomeBuffer(sent=[(MESSAGE, 0.0)], not_sent=[released(MESSAGE, until=NOW)])
    outcomes.extend(OutcomeBuffer(sent=[(MESSAGE, 1.0)]))
    assert (len(outcomes), outcomes.sent) == (3, [(MESSAGE, 0.0), (MESSAGE, 1.0)])
