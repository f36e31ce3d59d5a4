"""A gateway that misbehaves for a while: every message is sent once it is well again (rules 5 and 6)."""

from notification_service.mailings.models import Attempt
from tests.journeys.mailing import check_rules, make_clients, start_mailing, wait_until_finished
from tests.journeys.service import Service, wait_until

MESSAGES = 100
FAULTS = ("hang", "reset", "drop", "nonsense", "redirect", "truncated", "garbage", "500", "429")


def test_a_temporary_fault_of_the_gateway_fails_no_message(service: Service) -> None:
    make_clients(MESSAGES)
    service.start_gateway()
    service.start_beat()
    service.start_worker()
    for fault in FAULTS:
        service.set_gateway(faults={fault: 1.0})
        mailing = start_mailing(text=fault)
        attempts = Attempt.objects.filter(mailing_id=mailing.pk, outcome="retry")
        wait_until(attempts.exists, what=f"an attempt that met {fault}")
        service.set_gateway()
        assert wait_until_finished(mailing)["sent"] == MESSAGES, fault
        check_rules(mailing, service)


def test_a_response_that_is_garbled_but_says_taken_is_asked_for_once(service: Service) -> None:
    make_clients(MESSAGES)
    service.start_gateway("--fault", "garbled=1")
    service.start_beat()
    service.start_worker()
    mailing = start_mailing()
    assert wait_until_finished(mailing)["sent"] == MESSAGES
    assert {len(requests) for requests in service.requests().values()} == {1}
    check_rules(mailing, service)


def test_a_tls_error_fails_no_message(service: Service) -> None:
    make_clients(MESSAGES)
    service.start_gateway()
    service.start_beat()
    address = f"https://127.0.0.1:{service.gateway_port}"
    worker = service.start_worker("untrusting", GATEWAY_URL=address)
    mailing = start_mailing()
    attempts = Attempt.objects.filter(mailing_id=mailing.pk, outcome="retry")
    wait_until(attempts.exists, what="an attempt without TLS")
    worker.terminate()
    assert worker.wait(20) == 0
    service.start_worker()

    assert wait_until_finished(mailing)["sent"] == MESSAGES
