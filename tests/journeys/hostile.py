"""An environment in which other projects have made themselves at home."""

NOBODY = "127.0.0.1:1"

LIBPQ = {
    "PGHOST": "192.0.2.1",
    "PGPORT": "1",
    "PGUSER": "theirs",
    "PGPASSWORD": "theirs",
    "PGDATABASE": "theirs",
    "PGSERVICE": "theirs",
    "PGSSLMODE": "verify-full",
    "PGTARGETSESSIONATTRS": "standby",
    "PGOPTIONS": "-c default_transaction_read_only=on",
    "PGCLIENTENCODING": "WIN1251",
    "PGDATESTYLE": "German",
}
CELERY = {
    "CELERY_BROKER_URL": f"redis://{NOBODY}",
    "CELERY_BROKER_READ_URL": f"redis://{NOBODY}",
    "CELERY_BROKER_WRITE_URL": f"redis://{NOBODY}",
    "CELERY_RESULT_BACKEND": "theirs://",
    "CELERY_LOADER": "theirs.Loader",
    "CELERY_CONFIG_MODULE": "theirs.celeryconfig",
    "CELERY_WORKER_QUEUES": "theirs",
    "CELERY_WORKER_POOL": "prefork",
    "CELERY_BEAT_SCHEDULER": "theirs:Scheduler",
    "KOMBU_LOG_DEBUG": "1",
    "REMAP_SIGTERM": "SIGQUIT",
}
DJANGO = {"DJANGO_SETTINGS_MODULE": "theirs.settings"}
# Of the programs that `manage.py up` starts: here these options are ours.
GRANIAN_AND_FLOWER = {
    "GRANIAN_PORT": "1",
    "GRANIAN_URL_PATH_PREFIX": "/theirs",
    "GRANIAN_SSL_CERTIFICATE": "/nonexistent",
    "FLOWER_PORT": "1",
    "FLOWER_URL_PREFIX": "theirs",
}
PYTHON = {"PYTHONWARNINGS": "error", "PYTHONOPTIMIZE": "2", "PYTHONDEVMODE": "1"}

OF_LIBRARIES = LIBPQ | CELERY | DJANGO
OF_EVERYBODY = OF_LIBRARIES | GRANIAN_AND_FLOWER | PYTHON
