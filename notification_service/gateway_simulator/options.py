"""The options of the command line, shared by `python -m` and the management command."""

from argparse import ArgumentParser, Namespace
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from .behaviour import Behaviour, parse_faults

_HIGHEST_PORT: Final = 65_535


class OptionsError(ValueError):
    """The message is one line for the person at the terminal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorOptions:
    host: str = "127.0.0.1"
    port: int = 0
    behaviour: Behaviour = field(default_factory=Behaviour)
    token: str | None = None
    keep: int = 100_000
    log_path: Path | None = None
    receipts_url: str = ""  # empty: no receipts
    receipt_key: str = ""
    undelivered: float = 0

    def __post_init__(self) -> None:
        if not 0 <= self.port <= _HIGHEST_PORT:
            raise OptionsError(f"--port {self.port} is not from 0 to {_HIGHEST_PORT}")
        if self.keep < 0:
            raise OptionsError("--keep is below 0")
        if self.receipts_url and not self.receipts_url.startswith(("http://", "https://")):
            raise OptionsError("--receipts-url is no http:// or https:// URL")
        if not 0 <= self.undelivered <= 1:
            raise OptionsError("--undelivered is not a share from 0 to 1")
        if self.token is not None and not (
            self.token.isascii() and self.token.isprintable() and self.token.strip()
        ):
            raise OptionsError("the token is empty or has characters that no header can carry")


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8090, help="0 takes a free one (default: %(default)s)")
    _add_behaviour_arguments(parser)
    token = parser.add_mutually_exclusive_group()
    token.add_argument("--token", help="the only bearer token let in (default: any that is not empty)")
    token.add_argument("--token-file", type=Path, metavar="FILE", help="read the token from FILE")
    parser.add_argument(
        "--keep",
        type=int,
        default=100_000,
        metavar="N",
        help="requests kept in memory (default: %(default)s)",
    )
    parser.add_argument(
        "--receipts-url", default="", metavar="URL", help="tell this address what was delivered"
    )
    parser.add_argument(
        "--receipt-key-file", type=Path, metavar="FILE", help="read the gateway's receipt key from FILE"
    )
    parser.add_argument(
        "--undelivered", type=float, default=0, metavar="SHARE", help="share of receipts that say undelivered"
    )
    parser.add_argument("--log", type=Path, metavar="FILE", help="append every request to FILE as NDJSON")


def _add_behaviour_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--latency-ms", type=float, default=0, metavar="MS", help="wait before each answer")
    parser.add_argument(
        "--jitter-ms", type=float, default=0, metavar="MS", help="wait up to this much longer"
    )
    parser.add_argument("--error-rate", type=float, default=0, metavar="SHARE", help="share of 5xx answers")
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="NAME=SHARE",
        help="repeatable: a status such as 503 or 429, or nonsense, wrong_code, huge, drop, reset, hang, "
        "trickle, redirect, truncated, garbled, garbage, error_1 to error_9",
    )
    parser.add_argument(
        "--retry-after",
        default="1",
        metavar="SECONDS|http-date",
        help="what a 429 asks for; http-date:SECONDS gives a date so far ahead (default: %(default)s)",
    )
    parser.add_argument(
        "--trickle-ms", type=float, default=150, metavar="MS", help="between a trickle's bytes"
    )
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same run (default: 0)")


def read_options(arguments: Namespace) -> SimulatorOptions:
    return SimulatorOptions(
        host=arguments.host,
        port=arguments.port,
        behaviour=_read_behaviour(arguments),
        token=_read_token(arguments),
        receipts_url=arguments.receipts_url,
        receipt_key=_read_key(arguments.receipt_key_file),
        undelivered=arguments.undelivered,
        keep=arguments.keep,
        log_path=arguments.log,
    )


def _read_behaviour(arguments: Namespace) -> Behaviour:
    return Behaviour(
        seed=arguments.seed,
        latency_ms=arguments.latency_ms,
        jitter_ms=arguments.jitter_ms,
        error_rate=arguments.error_rate,
        faults=parse_faults(arguments.fault),
        retry_after=arguments.retry_after,
        trickle_ms=arguments.trickle_ms,
    )


def _read_token(arguments: Namespace) -> str | None:
    path: Path | None = arguments.token_file
    token: str | None = arguments.token
    return token if path is None else _read_secret(path, "token")


def _read_key(path: Path | None) -> str:
    return "" if path is None else _read_secret(path, "receipt key")


def _read_secret(path: Path, what: str) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise OptionsError(f"cannot read the {what} from {path}: {error}") from None
