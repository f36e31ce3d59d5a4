"""What holds for single messages, replies, receipts and webhooks, by arithmetic of our own. Pure."""

from collections.abc import Callable
from datetime import datetime
from random import Random

from notification_service.gateway_simulator.behaviour import Behaviour
from tests.chaos.evidence import Evidence, Story
from tests.chaos.history import History, SingleHistory
from tests.chaos.violation import Found

UNDELIVERED = 0.2  # the share of its receipts in which the gateway says so
CLOSE_SECONDS = 0.01


# single messages


def wrong_singles(evidence: Evidence) -> Found:
    """Those that were taken and are not there once, are another's, or were refused for nothing."""
    asked = {single.terms.id: single.reference for single in evidence.history.singles if single.is_taken}
    there = dict(evidence.singles)
    for pk in asked.keys() | there.keys():
        is_forgotten = there.get(pk) == "" and _is_forgotten(evidence.stories.get(pk))
        if asked.get(pk) != there.get(pk) and not is_forgotten:
            yield evidence.stories.get(pk), f"{asked.get(pk)!r} ({pk}) is there as {there.get(pk)!r}"
    for single in evidence.history.singles:
        if single.is_taken and single.must_be_refused:
            yield None, f"{single.reference!r} was taken"
        elif not single.is_taken and not (single.may_be_refused or single.must_be_refused):
            yield None, f"{single.reference!r} was refused"
        elif single.is_taken and (story := evidence.stories.get(single.terms.id)):
            yield from _whose(single, story)


def _is_forgotten(story: Story | None) -> bool:
    """A deleted client's messages say nothing any more."""
    return story is not None and not story.client.is_alive.latest


def _whose(single: SingleHistory, story: Story) -> Found:
    if single.phone is not None and single.phone not in story.client.phone.until(single.answered_at):
        yield story, f"was for {single.phone}"


# replies and opt-outs


def wrong_replies(evidence: Evidence) -> Found:
    """Replies that are not kept once, and opt-outs that were not asked for, or are gone."""
    kept = list(evidence.replies)
    for said in evidence.history.replies:
        at = datetime.fromisoformat(said.at).timestamp()
        same = [row for row in kept if row[0] == said.phone and abs(row[1] - at) < CLOSE_SECONDS]
        if len(same) > 1 or (not same and not _may_be_forgotten(evidence.history, said.phone)):
            yield None, f"{said} is kept {len(same)} times"
        yield from ((None, f"{said} was read as {row}") for row in same if row[2] != said.is_stop)
    wishes = evidence.history.opt_outs
    for phone, wish in wishes.items():
        if wish.is_settled and wish.latest and phone not in evidence.opted_out:
            yield None, f"{phone} had opted out, and the opt-out is gone"
    yield from ((None, f"{phone} has not opted out") for phone in evidence.opted_out if phone not in wishes)


def _may_be_forgotten(history: History, phone: str) -> bool:
    """Whoever is deleted takes along what they wrote."""
    return any(
        not client.is_alive.latest and phone in client.phone.until(float("inf"))
        for client in history.clients.values()
    )


# receipts


def wrong_deliveries(evidence: Evidence) -> Found:
    """What is delivered stays so; and every receipt that was answered has been written, none was made up."""
    for story in evidence.stories.values():
        ours = evidence.history.receipts.get(story.id, set()) if story.row_status else set[str]()
        said = evidence.history.receipts.get(story.id, set()) | _said_by_gateway(story)
        last = (story.deliveries or [""])[-1]
        if "delivered" in story.deliveries[:-1]:
            yield story, f"was {story.deliveries}"
        if ("delivered" in ours and last != "delivered") or (ours and not last):
            yield story, f"is {last or 'nothing'} after receipts that said {ours}"
        if last and last not in said:
            yield story, f"is {last}, and no receipt said so"


def _said_by_gateway(story: Story) -> set[str]:
    if not story.requests:
        return set()
    draw = Random(f"{Behaviour().seed} {story.id}").random()
    return {"undelivered" if draw < UNDELIVERED else "delivered"}


# webhooks


def untold(evidence: Evidence) -> Found:
    """What happened and no webhook told."""
    for fact in evidence.told.happened - evidence.told.told:
        story = evidence.stories.get(fact[1]) if fact[0].startswith("messages.") else None
        yield story, f"{fact} was not told"


def told_in_vain(evidence: Evidence) -> Found:
    """What a webhook told and did not happen; or told otherwise when it came again; or did not sign."""
    told = evidence.told
    for fact in told.told - told.happened:
        yield None, f"{fact} was told, and did not happen"
    yield from ((None, problem) for problem in (*told.changed, *told.unsigned))
    for message_id, mailing_id in told.told_mailings.items():
        if message_id in told.mailings and told.mailings[message_id] != mailing_id:
            yield None, f"message {message_id} was told as one of mailing {mailing_id}"


MORE_CHECKS: dict[str, Callable[[Evidence], Found]] = {
    "wrong single messages": wrong_singles,
    "wrong replies, opt-outs": wrong_replies,
    "wrong deliveries": wrong_deliveries,
    "untold": untold,
    "told in vain": told_in_vain,
}
