"""DESIGN.md's rules of delivery against the evidence, by arithmetic of our own. Pure.

A request is judged by the time at which the gateway had read it, which is after its start: one that is
counted here as too late may have started in time, none that started too late goes uncounted. Only where
its worker was stopped between the two it is judged by its start, which is what the rules speak of.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from tests.chaos.evidence import Evidence, MailingRow, Request, Story
from tests.chaos.history import (
    CANCELLED,
    DELETED,
    PLACEHOLDER,
    RUNNING,
    ClientHistory,
    History,
    MailingHistory,
)
from tests.chaos.rules_of_traffic import MORE_CHECKS
from tests.chaos.violation import Found, Violation

FINAL = {"sent", "failed", "expired", "cancelled", "unknown"}
TAKEN = {"200", "trickle", "garbled"}  # answers that tell us that the message was taken
REFUSED = {"400", "404", "405", "410", "413", "414", "415", "422"}
GUARD_SECONDS = 0.2  # before its end, in which a single message is not requested any more, and may end
# The gateway's answers that are none to us, or may be none where the worker dies first.
IN_DOUBT = TAKEN | {"drop", "drop_taken", "reset", "hang", "truncated", "garbage"}


def judge(evidence: Evidence) -> dict[str, list[Violation]]:
    """The violations of each rule by its column; every column is there, empty or not."""
    return {name: list(_named(name, check(evidence))) for name, check in (CHECKS | MORE_CHECKS).items()}


def _named(name: str, found: Found) -> Iterator[Violation]:
    return (Violation(name, detail, story) for story, detail in found)


# rules 1 and 7


def lost(evidence: Evidence) -> Found:
    """Messages without a final status, and mailings that did not end, at rest and in health."""
    for story in evidence.stories.values():
        if story.row_status is not None and story.row_status not in FINAL:
            yield story, f"is {story.row_status}"
    for mailing_id, row in evidence.mailings.items():
        is_deleted = evidence.history.mailings[mailing_id].state.latest == DELETED
        if is_deleted or not row.is_finished:
            yield None, f"mailing {mailing_id} is {row.status}" + (", not removed" if is_deleted else "")


def audience(evidence: Evidence) -> Found:
    """Clients without the message that their mailing owes them, with two of them, or with one too many.

    Who comes or goes while the audience is being written may be in it or not.
    """
    members: dict[int, list[Story]] = {mailing_id: [] for mailing_id in evidence.mailings}
    for story in _of_mailings(evidence):
        members.setdefault(story.mailing.id, []).append(story)
    for mailing_id, stories in members.items():
        mailing = evidence.history.mailings[mailing_id]
        numbers = {story.client.number for story in stories}
        if len(numbers) != len(stories):
            yield None, f"mailing {mailing_id} has {len(stories)} messages for {len(numbers)} clients"
        yield from ((story, "was not in the audience") for story in stories if _is_stranger(story))
        row = evidence.mailings.get(mailing_id)
        for client in evidence.history.clients.values():
            if row and client.number not in numbers and _is_owed(evidence.history, client, mailing, row):
                yield None, f"mailing {mailing_id} has no message for client number {client.number}"


def _of_mailings(evidence: Evidence) -> Iterator[Story]:
    return (story for story in evidence.stories.values() if not story.mailing.is_single)


def _is_owed(history: History, client: ClientHistory, mailing: MailingHistory, row: MailingRow) -> bool:
    if row.started_at is None or row.audience_built_at is None or client.tag not in mailing.tags:
        return False
    moments = (row.started_at, row.audience_built_at)
    return all(
        client.is_alive.at(moment) == [True]
        and not any(True in history.wants_nothing(phone, at=moment) for phone in client.phone.at(moment))
        for moment in moments
    )


def _is_stranger(story: Story) -> bool:
    written_at = story.statuses[0][1]
    is_alive = story.client.is_alive
    may_live = True in is_alive.at(written_at) or True in is_alive.at(story.mailing.start_at)
    return story.client.tag not in story.mailing.tags or not may_live


# rule 8


def double(evidence: Evidence) -> Found:
    """Requests that came after the success of the same message had been committed."""
    for story in evidence.stories.values():
        recorded = [at for status, at in story.statuses if status == "sent"]
        for request in story.requests:
            if recorded and request.at > recorded[0]:
                yield story, f"requested {request.at - recorded[0]:.3f} s after a recorded success"


def double_in_doubt(evidence: Evidence) -> Found:
    """With `give_up`: requests after one that may have been taken, or after the message was given up."""
    for story in evidence.stories.values():
        if not story.mailing.gives_up:
            continue
        given_up = [at for status, at in story.statuses if status == "unknown"]
        requests = sorted(story.requests, key=lambda request: request.at)
        for earlier, request in zip([None, *requests], requests, strict=False):
            if earlier and earlier.answer in IN_DOUBT:
                yield story, f"requested again after {earlier.answer}"
            elif given_up and request.at > given_up[0]:
                yield story, f"requested {request.at - given_up[0]:.3f} s after it was given up"


# rules 2, 3, 4 and 6


def late(evidence: Evidence) -> Found:
    """Requests at or after the deadline; after an edit either deadline holds for a second."""
    for story, request in _requests(evidence):
        by = request.at - max(story.mailing.end_at.at(request.at))
        if by >= 0:
            yield story, f"requested {by:.3f} s after end_at"


def early(evidence: Evidence) -> Found:
    """Requests before `start_at`, or while a recorded attempt said to wait (backoff, Retry-After).

    And claims before the time that the row had: a first attempt's may be its place in a spread.
    """
    for story in evidence.stories.values():
        for due_at, claimed_at in story.claims:
            if claimed_at < due_at:
                yield story, f"claimed {due_at - claimed_at:.3f} s before it was due"
    for story, request in _requests(evidence):
        if request.at < story.mailing.start_at:
            yield story, f"requested {story.mailing.start_at - request.at:.3f} s before start_at"
        for attempt in story.attempts:
            if attempt.retry_at and attempt.at < request.at < attempt.retry_at:
                yield story, f"requested {attempt.retry_at - request.at:.3f} s before its retry was due"


def out_of_hours(evidence: Evidence) -> Found:
    """Requests outside of every window that may be in force, in every zone that may be the client's."""
    for story, request in _requests(evidence):
        windows = story.mailing.hours.at(request.at)
        zones = story.client.timezone.at(request.at)
        times = [datetime.fromtimestamp(request.at, ZoneInfo(zone)) for zone in zones]
        if not any(hours is None or hours.contain(local) for hours in windows for local in times):
            shown = " or ".join(map(str, windows))
            yield story, f"requested at {' or '.join(map(str, times))} of the client's day, window {shown}"


# rule 10


def after_stop(evidence: Evidence) -> Found:
    """Requests more than a second after a pause, cancel or delete was answered, and no resume asked for."""
    for story, request in _requests(evidence):
        states = story.mailing.state.at(request.at)
        if RUNNING not in states:
            yield story, f"requested while its mailing was {states}"


def deleted_client(evidence: Evidence) -> Found:
    """Requests more than a second after the client's deletion was answered."""
    for story, request in _requests(evidence):
        if True not in story.client.is_alive.at(request.at):
            yield story, "requested after its client was deleted"


def wrong_phone(evidence: Evidence) -> Found:
    for story, request in _requests(evidence):
        if request.phone not in story.client.phone.at(request.at):
            yield story, f"sent to {request.phone}, expected one of {story.client.phone.at(request.at)}"


def wrong_text(evidence: Evidence) -> Found:
    for story, request in _requests(evidence):
        texts = story.mailing.text.at(request.at)
        names = story.client.name.at(request.at)
        expected = [text.replace(PLACEHOLDER, name) for text in texts for name in names]
        if request.text not in expected:
            yield story, f"sent {request.text!r}, expected one of {expected}"


# rule 14


def opted_out(evidence: Evidence) -> Found:
    """Requests to a phone more than a second after its opt-out was answered, whoever has it by then."""
    for story, request in _requests(evidence):
        if False not in evidence.history.wants_nothing(request.phone, at=request.at):
            yield story, f"requested after {request.phone} had opted out"


def wrong_proof(evidence: Evidence) -> Found:
    """Texts that are kept as sent, and that no request has carried."""
    for story in evidence.stories.values():
        if story.kept_text is not None and story.kept_text not in {each.text for each in story.requests}:
            yield story, f"is said to have been {story.kept_text!r}"


# rule 5, and what the statuses promise


def wrong_end(evidence: Evidence) -> Found:
    """Statuses that nothing accounts for, and final ones that did not stay.

    A success that is recorded late may follow any status: it is a fact.
    """
    for story in evidence.stories.values():
        for status, at in story.statuses:
            if status in FINAL and not _is_accounted_for(evidence.history, story, status, at):
                yield story, f"became {status} without a reason"
        for (former, _), (latter, _) in zip(story.statuses, story.statuses[1:], strict=False):
            if former in FINAL and latter != former and (latter != "sent" or former == "sent"):
                yield story, f"became {latter} after {former}"


def _is_accounted_for(history: History, story: Story, status: str, at: float) -> bool:
    answers = {request.answer for request in story.requests if request.at <= at}
    match status:
        case "sent":
            return bool(answers & TAKEN)
        case "failed":
            return bool(answers & REFUSED)
        case "unknown":
            return story.mailing.gives_up
        case "expired":
            guard = GUARD_SECONDS if story.mailing.is_single else 0.0
            return at >= min(story.mailing.end_at.at(at)) - guard
        case _:
            stopped = {CANCELLED, DELETED} & set(story.mailing.state.at(at))
            # A worker may have claimed it for a phone that was another one's by then.
            phones = story.client.phone.until(at)
            is_unwanted = any(True in history.wants_nothing(phone, at=at) for phone in phones)
            return bool(stopped) or is_unwanted or False in story.client.is_alive.at(at)


def broken_contract(evidence: Evidence) -> Found:
    """Requests that the gateway could not read, or for messages that never were."""
    yield from ((None, f"request for unknown message {request.message_id}") for request in evidence.strangers)
    if evidence.malformed:
        yield None, f"{evidence.malformed} requests broke the gateway's contract"


def leftover_batches(evidence: Evidence) -> Found:
    """Leases that nobody ended."""
    yield from ((None, "a batch is left") for _ in range(evidence.batches))


def _requests(evidence: Evidence) -> Iterator[tuple[Story, Request]]:
    return ((story, request) for story in evidence.stories.values() for request in story.requests)


CHECKS: dict[str, Callable[[Evidence], Found]] = {
    "lost": lost,
    "audience": audience,
    "double": double,
    "double with give_up": double_in_doubt,
    "late": late,
    "early": early,
    "out of hours": out_of_hours,
    "after pause, cancel, delete": after_stop,
    "to a deleted client": deleted_client,
    "wrong phone": wrong_phone,
    "wrong text": wrong_text,
    "after an opt-out": opted_out,
    "wrong proof": wrong_proof,
    "wrong status": wrong_end,
    "broken contract": broken_contract,
    "leftover batches": leftover_batches,
}
