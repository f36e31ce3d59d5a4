"""What one check found; pure."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    OK = "ok"
    WARNING = "warning"  # it works, but may stop working
    PROBLEM = "problem"  # something does not work
    SKIPPED = "skipped"  # nothing to check, or what the check needs is missing


@dataclass(frozen=True, slots=True)
class Finding:
    """`subject` is what was checked, such as `database`. No field ever contains a secret."""

    subject: str
    verdict: Verdict
    found: str
    advice: str = ""


def ok(subject: str, found: str) -> Finding:
    return Finding(subject, Verdict.OK, found)


def warning(subject: str, found: str, advice: str) -> Finding:
    return Finding(subject, Verdict.WARNING, found, advice)


def problem(subject: str, found: str, advice: str) -> Finding:
    return Finding(subject, Verdict.PROBLEM, found, advice)


def skipped(subject: str, found: str) -> Finding:
    return Finding(subject, Verdict.SKIPPED, found)
