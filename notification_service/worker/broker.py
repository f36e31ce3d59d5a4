"""What happens while the broker is away: how often it is tried, and how long a caller waits for it."""

from typing import Any

from celery.app.amqp import AMQP
from kombu import Connection
from kombu.connection import ConnectionPool, PooledConnection

STEADILY = {"interval_start": 1, "interval_step": 0, "interval_max": 1}  # seconds
MAX_RETRIES = 3


class SteadyConnection(Connection):
    """Kombu waits two seconds longer after each try, so after a long outage a worker would come back late."""

    @property
    def qos_semantics_matches_spec(self) -> bool:
        """Have each consumer prefetch for itself: quorum queues, some brokers' default, know nothing else."""
        return True

    def channel(self) -> Any:
        """Kombu restores unacknowledged calls. While the broker is dying, this would end the worker."""
        channel: Any = super().channel()
        channel.do_restore = False  # the call is lost, as any may be
        return channel

    def _ensure_connection(self, *arguments: Any, **options: Any) -> Any:
        if len(arguments) <= 2:  # errback, max_retries; a caller that gives intervals has its reasons
            options = {**STEADILY, **options}
        return super()._ensure_connection(*arguments, **options)

    def ensure(self, *arguments: Any, **options: Any) -> Any:
        """Celery's control commands set no limit: a thread that retries for ever keeps Flower from ending."""
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
