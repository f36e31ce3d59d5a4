"""Messages that fail for their own sake, and a gateway that asks to be left alone, with real processes."""

from itertools import pairwise

from notification_service.directory.models import Client
from notification_service.mailings.models import Attempt, Gateway, Mailing
from tests.journeys.mailing import check_rules, make_clients, sent, start_mailing, wait_until_finished
from tests.journeys.service import Service, wait_until

ONCE = (
    "500:2", "503:1", "429:1", "418:1", "302:1", "204:1", "nonsense:1", "wrong_code:1", "error_7:1", "huge:1",
    "hang:1", "reset:1", "drop:1", "truncated:1",
)  # fmt: skip
WELL, ONCE_EACH, REFUSED, HOPELESS, BESIDE = 600, 14, 20, 100, 300


def test_poison_holds_up_no_other_message(service: Service) -> None:
    service.environment["PROBE_INTERVAL_SECONDS"] = "2"
    make_clients(WELL + ONCE_EACH * len(ONCE) + REFUSED + HOPELESS + BESIDE)
    phones = list(Client.objects.order_by("id").values_list("phone", flat=True))
    hopeless, beside, mixed = (
        phones[:HOPELESS],
        phones[HOPELESS : HOPELESS + BESIDE],
        phones[HOPELESS + BESIDE :],
    )
    for tag, group in (("hopeless", hopeless), ("beside", beside), ("mixed", mixed)):
        Client.objects.filter(phone__in=group).update(tag=tag)
    wrong = dict(zip(mixed[::2], [*ONCE * ONCE_EACH, *["400"] * REFUSED], strict=False))
    service.start_gateway()
    wait_until(lambda: "http" in service.log("gateway"), what="the gateway listening")
    service.set_gateway(phones={**dict.fromkeys(hopeless, "500"), **wrong})
    service.start_beat()
    service.start_worker()

    left_alone = start_mailing(tags=["hopeless"])
    wait_until(lambda: failures(left_alone) >= HOPELESS, what="every hopeless message having failed")
    first, other = start_mailing(tags=["mixed"]), start_mailing(tags=["beside"])
    assert wait_until_finished(other)["sent"] == BESIDE
    counts = wait_until_finished(first)

    assert (counts["sent"], counts["failed"]) == (WELL + ONCE_EACH * len(ONCE), REFUSED)
    assert sent(left_alone) == 0


def failures(mailing: Mailing) -> int:
    return Attempt.objects.filter(mailing_id=mailing.pk).count()


def test_a_gateway_that_asks_to_be_left_alone_is(service: Service) -> None:
    make_clients(3000)
    service.start_gateway("--fault", "429=1", "--retry-after", "8")
    service.start_beat()
    service.start_workers("first", "second")
    mailing = start_mailing()
    wait_until(lambda: Gateway.objects.get().breaker == "open", what="the breaker being open")
    service.set_gateway()

    assert wait_until_finished(mailing)["sent"] == 3000
    times = service.times()
    silence, before = max((later - at, number) for number, (at, later) in enumerate(pairwise(times), start=1))
    assert before < 1000  # asked before it was left alone
    assert silence > 4
    check_rules(mailing, service)
