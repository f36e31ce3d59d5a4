"""Celery carries wake-up calls only: any of them may be lost, repeated or late."""

from kombu import Exchange, Queue
from kombu.common import Broadcast

from notification_service.settings.delivery import POLL_SECONDS
from notification_service.settings.servers import CELERY_BROKER_URL, EMBEDS_BROKER

CELERY_IMPORTS = ["notification_service.worker.signals"]
CELERY_WORKER_POOL = "threads"  # one event loop a process, shared by the task threads
CELERY_WORKER_CONCURRENCY = 9
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
# A worker must be able to come back while RabbitMQ still holds its lost connection, which would lock an
# exclusive queue. RabbitMQ 4.3 refuses queues that are neither; this one goes ten seconds after its worker.
CELERY_CONTROL_QUEUE_EXCLUSIVE = False
CELERY_CONTROL_QUEUE_DURABLE = True
# Restored from a task's thread, it would read the AMQP connection beside the main loop.
CELERY_WORKER_ENABLE_PREFETCH_COUNT_REDUCTION = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_STORE_ERRORS_EVEN_IF_IGNORED = False
# A call that a dead worker took is lost, as any call may be: keeping it took a third of an idle worker's
# time.
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"ack_emulation": False} if EMBEDS_BROKER or CELERY_BROKER_URL.startswith("redis") else {}
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_BROKER_CHANNEL_ERROR_RETRY = True  # go on after a refusal: due messages are sent without the broker
CELERY_WORKER_CONSUMER = "notification_service.worker.consumer:SteadyConsumer"
CELERY_BROKER_HEARTBEAT = 10  # seconds; with Celery's own 120, a vanished broker is noticed after minutes
# Every worker sends, so each gets its own copy of the call to send; the other calls go to one of them.
ALL_WORKERS = Exchange("workers", type="fanout")
CELERY_TASK_QUEUES = [Queue("celery"), Broadcast("workers", exchange=ALL_WORKERS, routing_key="workers")]
CELERY_TASK_ROUTES = {
    "notification_service.delivery.tasks.send_due": {
        "exchange": ALL_WORKERS.name,
        "exchange_type": ALL_WORKERS.type,
        "routing_key": "workers",
        "declare": [ALL_WORKERS],  # a Redis producer that does not know the exchange drops the call
    }
}
# A call that nobody takes in seconds is followed by another. RabbitMQ drops it by its own clock; behind Redis
# the worker's clock decides, which may be wrong by as much as this.
CALL_LIFE = {"expiration": 2} if CELERY_BROKER_URL.startswith("amqp") else {"expires": 120}
CELERY_BEAT_SCHEDULER = "notification_service.worker.beat:Scheduler"
CELERY_BEAT_SCHEDULE = {
    name: {"task": f"notification_service.{task}", "schedule": seconds, "options": CALL_LIFE}
    for name, task, seconds in (
        # A safety net: workers know when these are due (worker/alarm.py).
        ("start", "mailings.tasks.start", POLL_SECONDS),
        ("settle", "mailings.tasks.settle", POLL_SECONDS),
        ("import", "mailings.tasks.import_uploads", POLL_SECONDS),
        ("send", "delivery.tasks.send_due", POLL_SECONDS),
        ("rescue", "delivery.tasks.rescue", POLL_SECONDS),
        ("test_sends", "delivery.tasks.send_test_sends", POLL_SECONDS),
        ("webhooks", "webhooks.tasks.tell", POLL_SECONDS),
        # These have no moment of their own.
        ("retire", "mailings.tasks.retire", 60),
        ("sweep", "mailings.tasks.sweep", 3600),
        ("sweep_webhooks", "webhooks.tasks.sweep", 3600),
        ("sweep_responses", "api.tasks.sweep", 3600),
        ("report", "reports.tasks.send_due_report", 30),
    )
}
