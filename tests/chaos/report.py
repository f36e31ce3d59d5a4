"""A storm's table, and on request every detail of what went wrong."""

import json
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.chaos.evidence import Evidence
from tests.chaos.rules import TAKEN
from tests.chaos.storm import Result
from tests.chaos.violation import Violation

SHOWN = 10  # offending messages of each rule; the file has all of them


def print_result(console: Console, result: Result, *, title: str) -> None:
    console.print(_facts(result, title))
    table = Table("must be 0", "", title="Rules of delivery")
    for name, found in result.violations.items():
        table.add_row(name, str(len(found)), style="red" if found else "green")
    console.print(table)


def print_violations(console: Console, violations: dict[str, list[Violation]]) -> None:
    for name, found in violations.items():
        for violation in found[:SHOWN]:
            console.print(f"{name}: {violation.detail}", style="red", markup=False, highlight=False)
            if violation.story:
                facts = {
                    key: fact for key, fact in describe(violation).items() if key not in ("rule", "detail")
                }
                console.print(
                    json.dumps(facts, default=str, ensure_ascii=False), markup=False, highlight=False
                )


def save_violations(path: Path, violations: dict[str, list[Violation]]) -> None:
    found = [describe(violation) for several in violations.values() for violation in several]
    path.write_text("".join(json.dumps(one, default=str, ensure_ascii=False) + "\n" for one in found))


def describe(violation: Violation) -> dict[str, Any]:
    story = violation.story
    told: dict[str, Any] = {"rule": violation.rule, "detail": violation.detail}
    if story is None:
        return told
    return told | {
        "message": story.id,
        "mailing": story.mailing.id,
        "client": story.client.number,
        "row": story.row_status,
        "statuses": [f"{_clock(at)} {status}" for status, at in story.statuses],
        "requests": [f"{_clock(r.received_at)} {r.answer} {r.phone} {r.text}" for r in story.requests],
        "attempts": [asdict(attempt) for attempt in story.attempts],
        "end_at": story.mailing.end_at.told(),
        "state": story.mailing.state.told(),
        "hours": story.mailing.hours.told(),
        "zone": story.client.timezone.told(),
        "phone": story.client.phone.told(),
        "text": story.mailing.text.told(),
        "alive": story.client.is_alive.told(),
        "gives_up": story.mailing.gives_up,
    }


def _facts(result: Result, title: str) -> Table:
    stories = result.evidence.stories.values()
    statuses = Counter(story.row_status or "removed" for story in stories)
    # Taken by the gateway, and requested again before anything could be recorded: what rule 8 allows.
    repeated = sum(max(0, sum(r.answer in TAKEN for r in story.requests) - 1) for story in stories)
    held_up = sum(request.was_held_up for story in stories for request in story.requests)
    facts = {
        "mailings": f"{len(result.evidence.history.mailings)}",
        "messages": f"{len(stories):,}: {_listed(statuses)}",
        "requests": f"{result.evidence.answers.total():,}: {_listed(result.evidence.answers)}",
        **_facts_of_traffic(result.evidence),
        "faults": _listed(Counter(result.weather)),
        "API calls": _listed(Counter(result.api_answers)),
        "changes refused, in doubt": f"{result.refused}, {result.in_doubt}",
        "counts compared in one snapshot": f"{result.samples}",
        "requests on their way when their worker was stopped": f"{held_up}",
        "taken twice after a crash (allowed)": f"{repeated}",
    }
    table = Table("", "", title=title)
    for name, fact in facts.items():
        table.add_row(name, fact)
    return table


def _facts_of_traffic(evidence: Evidence) -> dict[str, str]:
    history, told = evidence.history, evidence.told
    ends = Counter(story.row_status or "" for story in evidence.stories.values() if story.mailing.is_single)
    refused = sum(not single.is_taken for single in history.singles)
    spread = [mailing for mailing in history.mailings.values() if mailing.is_spread]
    stops = sum(said.is_stop for said in history.replies)
    deliveries = Counter(story.deliveries[-1] for story in evidence.stories.values() if story.deliveries)
    kinds = Counter(kind for kind, _, _ in told.told.elements())
    return {
        "single messages": f"{ends.total()}: {_listed(ends)}; refused {refused}",
        "spread mailings": f"{len(spread)}, changed {sum(each.spread.asked for each in spread)} times",
        "replies": f"{len(history.replies)}, of these stop words {stops}",
        "receipts": f"{_listed(deliveries)}; beside the gateway's of {len(history.receipts)} messages",
        "told by webhooks": f"in {told.requests:,} requests: {_listed(kinds)}",
    }


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {number:,}" for name, number in sorted(counts.items()))


def _clock(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")[11:23]
