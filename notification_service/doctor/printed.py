"""Prints findings: at a terminal, each as soon as it is there; or for a program."""

import json
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict

from rich.console import Console
from rich.text import Text

from notification_service.doctor.finding import Finding, Verdict
from notification_service.version import VERSION

SIGNS = {
    Verdict.OK: ("✓", "green"),
    Verdict.WARNING: ("!", "yellow"),
    Verdict.PROBLEM: ("✗", "bold red"),
    Verdict.SKIPPED: ("-", "dim"),
}
SUBJECT_WIDTH = 14


def show(findings: Iterable[Finding], *, as_json: bool) -> list[Finding]:
    if not as_json:
        return _print(findings)
    found = list(findings)
    sys.stdout.write(f"{_json(found)}\n")
    return found


def _json(findings: list[Finding]) -> str:
    """`{"version", "counts": {verdict: n}, "findings": [{"subject", "verdict", "found", "advice"}]}`."""
    counts = Counter(each.verdict for each in findings)
    document = {
        "version": VERSION,
        "counts": {verdict.value: counts[verdict] for verdict in Verdict},
        "findings": [asdict(each) for each in findings],
    }
    return json.dumps(document, indent=2, ensure_ascii=False)


def _print(findings: Iterable[Finding]) -> list[Finding]:
    console, shown = Console(highlight=False, soft_wrap=True), []
    for finding in findings:
        console.print(_line(finding))
        if finding.advice:
            console.print(Text(f"  {'':{SUBJECT_WIDTH}}  {finding.advice}"))
        shown.append(finding)
    console.print(Text(_sum(shown), style="bold"))
    return shown


def _line(finding: Finding) -> Text:
    sign, style = SIGNS[finding.verdict]
    return Text.assemble((sign, style), f" {finding.subject:{SUBJECT_WIDTH}}  {finding.found}")


def _sum(findings: list[Finding]) -> str:
    problems = sum(each.verdict == Verdict.PROBLEM for each in findings)
    warnings = sum(each.verdict == Verdict.WARNING for each in findings)
    if not problems and not warnings:
        return "All is well."
    return f"Problems: {problems}. Warnings: {warnings}."
