"""`manage.py test`: the suite of `make test`, for hands that are used to Django's command."""

import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

import pytest


class PytestRunner:
    def __init__(
        self, *, verbosity: int = 1, failfast: bool = False, keepdb: bool = False, k: str = "", **_: Any
    ) -> None:
        self._options = [option for is_on, option in ((failfast, "-x"), (keepdb, "--reuse-db")) if is_on]
        self._options += ["-k", k] if k else []
        self._options += {0: ["-q"], 1: []}.get(verbosity, ["-v"])

    @classmethod
    def add_arguments(cls, parser: ArgumentParser) -> None:
        parser.add_argument("--keepdb", action="store_true", help="keep the test database for the next run")
        parser.add_argument("-k", default="", metavar="WORDS", help="only the tests whose names match")

    def run_tests(self, test_labels: Sequence[str]) -> int:
        """The number of failures, as Django's command wants it: here 0 or 1."""
        code = pytest.main([*self._options, *(test_labels or ["tests"])])
        print("manage.py test:", "passed" if code == 0 else f"failed ({code!r})", file=sys.stderr)
        return 0 if code == 0 else 1
