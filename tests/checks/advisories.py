"""Known weaknesses of the packages that requirements.txt pins, by pip-audit.

`python -m tests.checks.advisories` fails for a weakness alone. Where the list of them cannot be reached it
says so in one line; its arguments are handed on to pip-audit.
"""

import json
import subprocess
import sys
from typing import Any

PATIENCE_SECONDS = 60
# What is known and does not concern us, until an upgrade: identifier → reason.
ACCEPTED: dict[str, str] = {}


class NoAnswer(Exception):  # noqa: N818
    """`args[0]` says why to a person."""


def packages(*options: str) -> list[Any]:
    """What pip-audit says of each. Raises NoAnswer."""
    command = [sys.executable, "-m", "pip_audit", "--requirement=requirements.txt", "--disable-pip"]
    command += ["--require-hashes", "--format=json", "--progress-spinner=off", "--timeout=5", *options]
    command += [f"--ignore-vuln={name}" for name in ACCEPTED]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        raise NoAnswer(f"no answer within {PATIENCE_SECONDS} s") from None
    if not answer.stdout.startswith("{"):
        raise NoAnswer(answer.stderr.strip().rpartition("\n")[2][:200])
    found: list[Any] = json.loads(answer.stdout)["dependencies"]
    return found


def main(*options: str) -> int:
    try:
        known = [package for package in packages(*options) if "skip_reason" not in package]
    except NoAnswer as reason:
        return _skipped(str(reason))
    if not known:
        return _skipped("the service knows none of the packages")
    weak = [(package, weakness) for package in known for weakness in package["vulns"]]
    for package, weakness in weak:
        better = ", ".join(weakness["fix_versions"]) or "no version yet"
        print(f"{package['name']} {package['version']}: {weakness['id']}, mended by {better}")
    print(f"pip-audit: {len(known)} packages, {len(weak)} known weaknesses")
    return bool(weak)


def _skipped(reason: str) -> int:
    print(f"pip-audit: skipped, the list of known weaknesses cannot be read here ({reason})")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
