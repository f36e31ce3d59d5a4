from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from notification_service.audit.models import Entry
from notification_service.directory.models import Consent, OptOut
from notification_service.mailings.models import Message
from tests.console.test_screens import queries_of
from tests.factories import consent, make_client, make_message, make_running_mailing, opt_out

LogIn = Callable[[str], Browser]
PHONE = "79161234567"


def page_of(browser: Browser, name: str, *args: Any, **query: Any) -> str:
    answer = browser.get(reverse(f"console:{name}", args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_operator_opts_a_client_out_and_what_waits_is_cancelled(operator: Browser) -> None:
    client = make_client(phone=PHONE)
    offers = make_message(make_running_mailing(topic="offers"), client)
    news = make_message(make_running_mailing(topic="news"), client)
    path = f"{reverse('console:opt-outs-new')}?client={client.pk}"
    assert "“offers”: <b>1 message</b>" in " ".join(operator.get(path).content.decode().split())

    answer = operator.post(path, {"topic": " offers ", "reason": "asked by phone", "source": "call 12"})
    assert answer["Location"] == reverse("console:client", args=[client.pk])
    found = OptOut.objects.get()
    assert (found.phone, found.topic, found.reason, found.source) == (
        PHONE,
        "offers",
        "asked by phone",
        "call 12",
    )
    statuses = dict(Message.objects.values_list("pk", "status"))
    assert statuses == {offers.pk: "cancelled", news.pk: "pending"}
    page = page_of(operator, "client", client.pk)
    assert all(words in page for words in ("Opted out.", "“offers”", "asked by phone", "call 12", "in force"))


def test_a_repeated_opt_out_changes_nothing_and_says_so(operator: Browser) -> None:
    opt_out(PHONE)
    answer = operator.post(
        reverse("console:opt-outs-new"), {"phone": "8 916 123-45-67", "reason": "again"}, follow=True
    )
    assert "this opt-out was there already" in answer.content.decode()
    assert OptOut.objects.get().reason == ""


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"phone": "123"}, "A phone is 7 and ten more digits."),
        ({"topic": "a\tb"}, "Write one line, without control characters."),
        ({"topic": "x" * 65}, "at most 64 characters"),
        ({"reason": ""}, "This field is required."),
    ],
    ids=["half a phone", "a tab in the topic", "a topic of 65 characters", "no reason"],
)
def test_a_refused_opt_out_says_why_and_keeps_what_was_typed(
    operator: Browser, changes: dict[str, str], words: str
) -> None:
    typed = {"phone": PHONE, "topic": "", "reason": "asked", "source": "kept as typed"}
    answer = operator.post(reverse("console:opt-outs-new"), typed | changes)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert "kept as typed" in answer.content.decode()
    assert not OptOut.objects.exists()


def test_an_operator_withdraws_an_opt_out_and_the_reason_stands_in_the_history(operator: Browser) -> None:
    client, found = make_client(phone=PHONE), opt_out(PHONE, "offers")
    opt_out(PHONE, "news")
    page = page_of(operator, "opt-outs-end", found.pk)
    assert "Stays in force" in page
    assert "“news”" in page
    path = reverse("console:opt-outs-end", args=[found.pk])
    assert operator.post(path, {"reason": ""}).status_code == 422
    assert OptOut.objects.in_force().count() == 2
    operator.post(path, {"reason": "changed their mind"})
    assert [each.topic for each in OptOut.objects.in_force()] == ["news"]
    assert "changed their mind" in page_of(operator, "client", client.pk)
    assert Entry.objects.get(action="opt_out.withdrawn").facts["reason"] == "changed their mind"
    assert "it had ended already" in operator.post(path, {"reason": "x"}, follow=True).content.decode()


def test_an_operator_records_a_consent_with_its_proof(operator: Browser) -> None:
    client = make_client(phone=PHONE)
    path = f"{reverse('console:consents-new')}?client={client.pk}"
    refused = operator.post(path, {"topic": "offers"})
    assert refused.status_code == 422
    given = {"topic": "offers", "given_at": "2024-03-05T12:00", "evidence": "form 7\r\nline 2"}
    operator.post(path, given)
    found = Consent.objects.get()
    assert (found.phone, found.topic, found.evidence) == (PHONE, "offers", "form 7\nline 2")
    assert found.given_at.isoformat() == "2024-03-05T12:00:00+00:00"
    assert "form 7" in page_of(operator, "client", client.pk)


def test_a_consent_from_the_future_is_refused(operator: Browser) -> None:
    tomorrow = (timezone.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    typed = {"phone": PHONE, "given_at": tomorrow, "evidence": "form"}
    answer = operator.post(reverse("console:consents-new"), typed)
    assert "A consent cannot be given later than now." in answer.content.decode()
    assert not Consent.objects.exists()


def test_revoking_a_consent_says_how_many_messages_it_cancels(operator: Browser) -> None:
    client, found = make_client(phone=PHONE), consent(PHONE, "offers")
    consent(PHONE, "news")
    for topic, requires in (("offers", True), ("offers", False), ("news", True)):
        make_message(make_running_mailing(topic=topic, requires_consent=requires), client)
    assert "To be cancelled: 1 message." in page_of(operator, "consents-end", found.pk)
    consent(PHONE, "")
    assert "No message waits under this consent." in page_of(operator, "consents-end", found.pk)
    Consent.objects.filter(topic="").delete()
    operator.post(reverse("console:consents-end", args=[found.pk]), {"reason": "asked"})
    assert Message.objects.filter(status="cancelled").count() == 1


def test_opt_outs_are_found_by_phone_topic_and_state(operator: Browser) -> None:
    opt_out(PHONE, "offers")
    opt_out("79170000000", "")
    OptOut.objects.create(phone="79180000000", topic="news", withdrawn_at=timezone.now())

    def found(**query: str) -> set[str]:
        answer: Any = operator.get(reverse("console:opt-outs"), query)
        return {row.phone for row in answer.context["rows"]}

    assert found() == {PHONE, "79170000000"}
    assert found(phone="8 (916) 123") == {PHONE}
    assert found(topic="offers") == {PHONE}
    assert found(topic="everything") == {"79170000000"}
    assert found(state="ended") == {"79180000000"}
    assert len(found(state="all")) == 3


def test_a_viewer_sees_masked_phones_and_changes_nothing(logged_in: LogIn) -> None:
    viewer, client = logged_in("viewer"), make_client(phone=PHONE)
    OptOut.objects.create(phone=PHONE, reason=f"{PHONE} called")
    for page in (page_of(viewer, "opt-outs"), page_of(viewer, "client", client.pk)):
        assert PHONE not in page
        assert "called" in page
        assert "Withdraw" not in page
        assert "Opt out" not in page.replace("Opt-outs", "")
    assert viewer.post(reverse("console:opt-outs-new")).status_code == 403
    assert viewer.post(reverse("console:opt-outs-end", args=[1])).status_code == 403


@pytest.mark.parametrize("name", ["opt-outs", "consents"])
def test_a_list_takes_as_many_queries_for_three_phones_as_for_one_phone(operator: Browser, name: str) -> None:
    say = opt_out if name == "opt-outs" else consent
    say(make_client().phone)
    one = queries_of(operator, reverse(f"console:{name}"))
    for _ in range(2):
        say(make_client().phone)
    assert queries_of(operator, reverse(f"console:{name}")) == one


@pytest.mark.parametrize("name", ["opt-outs", "consents"])
def test_a_list_in_russian_survives_whatever_is_asked(operator: Browser, name: str) -> None:
    operator.post(reverse("set_language"), {"language": "ru", "next": "/"})
    page = page_of(operator, name, phone="\0", topic="\0'; --", state="x", before="9" * 30)
    assert "Ничего не найдено" in page
