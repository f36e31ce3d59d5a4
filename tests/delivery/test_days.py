"""Days and contact hours in the engine, which looks once more before each request."""

from datetime import UTC, datetime, time, timedelta

from notification_service.mailings.models import ContactHours
from notification_service.mailings.public_holidays import DAYS
from tests.delivery.scripted_gateway import ScriptedGateway, drain
from tests.factories import make_client, make_message, make_messages, make_running_mailing, now


def later_days(today: datetime) -> list[str]:
    """Neither today nor tomorrow, for it may be midnight before the test ends."""
    return [DAYS[(today + timedelta(days=ahead)).weekday()] for ahead in range(2, 7)]


def test_no_request_starts_on_a_day_that_the_mailing_leaves_out(conninfo: str) -> None:
    today = now()
    mailing = make_running_mailing(window_days=later_days(today), end_at=today + timedelta(days=9))
    message = make_message(mailing, make_client(timezone="UTC"))
    gateway = ScriptedGateway()
    drain(conninfo, gateway)
    message.refresh_from_db()
    opens = datetime.combine(today + timedelta(days=2), time.min, tzinfo=UTC)
    assert (gateway.asked, message.attempts, message.next_attempt_at) == ([], 0, opens)


def test_no_request_starts_outside_the_contact_hours_unless_the_mailing_ignores_them(conninfo: str) -> None:
    ContactHours.objects.create(window_days=later_days(now()))
    make_message(make_running_mailing(), make_client(timezone="UTC"))
    exempt = make_message(make_running_mailing(ignores_contact_hours=True), make_client(timezone="UTC"))
    gateway = ScriptedGateway()
    drain(conninfo, gateway)
    assert gateway.asked == [exempt.id]


def test_a_country_that_a_worker_does_not_know_keeps_only_its_own_messages_waiting(conninfo: str) -> None:
    """It may have an older library than whoever has written the mailing."""
    waits = make_message(make_running_mailing(window_holidays="QQ"), make_client(timezone="UTC"))
    others = make_messages(make_running_mailing(window_days=list(DAYS)), 50)
    gateway = ScriptedGateway()
    drain(conninfo, gateway, batch_size=5)
    waits.refresh_from_db()
    assert (sorted(gateway.asked), waits.status, waits.attempts) == ([m.id for m in others], "pending", 0)
