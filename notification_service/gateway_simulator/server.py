"""Starts and stops the simulator: the socket, the signals, the log's flushing."""

import asyncio
import gc
import resource
import signal
import sys
from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from functools import partial
from typing import Final

import uvloop
from aiohttp import web

from .behaviour import BehaviourError
from .connection import Request, ServerConnection
from .gateway import SimulatedGateway
from .ledger import Ledger
from .options import OptionsError, SimulatorOptions, read_options
from .receipts import ReceiptSender

_FLUSH_SECONDS: Final = 0.1
_BACKLOG: Final = 4096
_OPEN_FILES: Final = 65_536
_OBJECTS_BETWEEN_COLLECTIONS: Final = 50_000


def run(arguments: Namespace) -> int:
    """Serve until told to stop; returns the exit code."""
    try:
        options = read_options(arguments)
    except (BehaviourError, OptionsError) as invalid:
        return _complain(str(invalid), code=2)
    _allow_many_connections()
    try:
        uvloop.run(serve(options))
    except KeyboardInterrupt:  # before serve() listens for the signal itself
        return 0
    except OSError as error:
        return _complain(str(error), code=1)
    return 0


async def serve(options: SimulatorOptions) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with listening(options) as (gateway, url):
        gc.freeze()  # what was imported lives as long as the process, so it need not be collected
        gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
        print(f"gateway simulator listens on {url}", flush=True)
        await _flush_until(stop, gateway.ledger)


@asynccontextmanager
async def listening(
    options: SimulatorOptions, make_gateway: type[SimulatedGateway] = SimulatedGateway
) -> AsyncIterator[tuple[SimulatedGateway, str]]:
    """Yield the gateway behind an open socket, and its URL. The caller flushes the ledger."""
    ledger = Ledger(keep=options.keep, log_path=options.log_path)
    gateway = make_gateway(behaviour=options.behaviour, ledger=ledger, token=options.token)
    gateway.receipts = _receipts(options)
    loop = asyncio.get_running_loop()
    # Without a peer nobody waits for a response: a hanging one ends with its connection.
    http = web.Server(gateway.respond, request_factory=partial(Request, loop=loop), handler_cancellation=True)
    make_connection = partial(ServerConnection, http, refuse=gateway.refuse_and_close)
    try:
        server = await loop.create_server(make_connection, options.host, options.port, backlog=_BACKLOG)
        async with gateway.receipts.sending() if gateway.receipts else nullcontext():
            yield gateway, _url(server)
        server.close()
        for connection in http.connections:
            connection.force_close()
        await server.wait_closed()
    finally:
        ledger.close()


def _receipts(options: SimulatorOptions) -> ReceiptSender | None:
    if not options.receipts_url:
        return None
    return ReceiptSender(
        url=options.receipts_url,
        key=options.receipt_key,
        undelivered=options.undelivered,
        seed=options.behaviour.seed,
    )


async def _flush_until(stop: asyncio.Event, ledger: Ledger) -> None:
    while not stop.is_set():
        try:
            await asyncio.wait_for(stop.wait(), _FLUSH_SECONDS if ledger.has_log else None)
        except TimeoutError:
            ledger.flush()


def _url(server: asyncio.Server) -> str:
    host, port, *_ = server.sockets[0].getsockname()
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _allow_many_connections() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(_OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _complain(message: str, *, code: int) -> int:
    print(f"gateway simulator: {' '.join(message.split())}", file=sys.stderr)
    return code
