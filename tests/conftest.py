"""Real servers for the whole suite: those that DATABASE_URL and BROKER_URL name, else embedded ones."""

from collections.abc import Iterator

import hypothesis
import pytest
import structlog
from django.conf import settings
from django.db import connections
from django.test import TransactionTestCase
from django.utils import translation
from pytest_django import DjangoDbBlocker

from notification_service.celery import app
from notification_service.environment import database_settings
from notification_service.standalone.postgres.server import EmbeddedPostgres
from notification_service.standalone.valkey.server import EmbeddedValkey
from tests import rabbitmq
from tests.case_names import case_name
from tests.database import remember_migrated_rows, remove_committed_rows
from tests.rabbitmq import Rabbitmq

# Wake-up calls of tests that are about something else: they would join the embedded broker.
NO_BROKER = "amqp://127.0.0.1:1//"

BrokerClass = type[EmbeddedValkey] | type[Rabbitmq]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--broker",
        choices=("valkey", "rabbitmq"),
        help="run only the tests that use a broker, with this one (default: all tests, with Valkey)",
    )


def pytest_configure() -> None:
    """What every test pays for and none is about; the processes that tests start have neither."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STATEMENT_TIMEOUT_SECONDS = 0  # a busy machine may take its time
    settings.WHITENOISE_AUTOREFRESH = True  # else each test client looks at all static files first: 35 ms
    # A slow machine is not a wrong one.
    hypothesis.settings.register_profile(
        "tests", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
    )
    hypothesis.settings.load_profile("tests")
    structlog.configure(cache_logger_on_first_use=False)  # a logger in use could not be listened to
    if settings.EMBEDS_BROKER:
        app.conf["broker_url"] = NO_BROKER


def pytest_make_parametrize_id(val: object) -> str | None:
    return case_name(val)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("broker"):
        others = [item for item in items if "broker_class" not in getattr(item, "fixturenames", ())]
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if item not in set(others)]


@pytest.fixture(autouse=True)
def _language_of_its_own() -> None:
    """A page in Russian leaves its language to whatever comes next in the thread."""
    translation.deactivate()


@pytest.fixture(scope="session", autouse=True)
def _places_for_downloads() -> None:
    """Django's client leaves what it does not read as it is; servers that tests start have a few, as ever."""
    from notification_service.api import body_limits, request_limits

    request_limits.PLACES = body_limits.Places(most=10_000, most_of_one=10_000, patience_seconds=0)


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres | None]:
    """None where DATABASE_URL names a server."""
    if settings.DATABASES["default"]["NAME"]:
        yield None
        return
    server = EmbeddedPostgres(tmp_path_factory.mktemp("postgres"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(postgres_server: EmbeddedPostgres | None) -> None:
    if postgres_server:
        connections["default"].settings_dict.update(database_settings(postgres_server.url))


@pytest.fixture(scope="session")
def django_db_keepdb(request: pytest.FixtureRequest, postgres_server: EmbeddedPostgres | None) -> bool:
    """An embedded server goes with its database, so nobody waits until its last session has ended."""
    return bool(postgres_server or request.config.getoption("reuse_db"))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Tests that commit have their rows removed behind them; the audit log refuses it but for this."""
    setattr(TransactionTestCase, "_fixture_teardown", lambda _: remove_committed_rows())  # noqa: B010
    with django_db_blocker.unblock(), connections["default"].cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_not_emptied")
        remember_migrated_rows()


@pytest.fixture(scope="session")
def broker_class(request: pytest.FixtureRequest) -> BrokerClass:
    """What `--broker` asks for. Every test that uses a broker has this among its fixtures."""
    if request.config.getoption("broker") == "rabbitmq":
        if not rabbitmq.is_installed():
            pytest.skip(rabbitmq.NOTHING_HERE)
        return Rabbitmq
    return EmbeddedValkey


@pytest.fixture(scope="session")
def broker_url(broker_class: BrokerClass, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if settings.CELERY_BROKER_URL:
        yield settings.CELERY_BROKER_URL
        return
    server = broker_class(tmp_path_factory.mktemp("broker"))
    server.start()
    yield server.url
    server.stop()
