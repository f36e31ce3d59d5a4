"""A broker that is away: how often it is tried again, and for how long a caller waits for it."""

from typing import Any

from celery.app.amqp import AMQP
from kombu import Connection
from kombu.connection import ConnectionPool, PooledConnection

STEADILY = {"interval_start": 1, "interval_step": 0, "interval_max": 1}  # seconds
MAX_RETRIES = 3


class SteadyConnection(Connection):
    """Kombu waits two seconds longer after each try: the longer the outage, the later a worker is back."""

    @property
    def qos_semantics_matches_spec(self) -> bool:
        """Have each consumer prefetch for itself: quorum queues, some brokers' default, know no more."""
        return True

    def channel(self) -> Any:
        """Kombu puts back what was not acknowledged; while the broker dies, that ends the worker."""
        channel: Any = super().channel()
        channel.do_restore = False  # the call is lost, as any may be
        return channel

    def _ensure_connection(self, *arguments: Any, **options: Any) -> Any:
        if len(arguments) <= 2:  # errback, max_retries; whoever names the intervals has their own reasons
            options = {**STEADILY, **options}
        return super()._ensure_connection(*arguments, **options)

    def ensure(self, *arguments: Any, **options: Any) -> Any:
        """Celery's control commands name no limit: a thread that retries for ever holds up Flower's end."""
        if len(arguments) <= 3:  # obj, fun, errback
            options = {"max_retries": MAX_RETRIES, **options}
        return super().ensure(*arguments, **options)

    def Pool(self, limit: int | None = None, **options: Any) -> "SteadyPool":  # noqa: N802 (kombu's name)
        return SteadyPool(self, limit=limit, **options)


class SteadyPooledConnection(SteadyConnection, PooledConnection):
    pass


class SteadyPool(ConnectionPool):
    def new(self) -> SteadyPooledConnection:
        return SteadyPooledConnection(pool=self, **dict(self.connection._info(resolve=False)))


class SteadyAMQP(AMQP):
    Connection = SteadyConnection
    BrokerConnection = SteadyConnection
