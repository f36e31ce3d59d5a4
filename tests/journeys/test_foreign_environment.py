"""What is set for other projects changes nothing here."""

import os
import subprocess
import sys

import pytest

from notification_service.foreign_environment import is_for_others
from notification_service.standalone.configuration import Configuration
from tests.journeys import hostile
from tests.journeys.mailing import check_rules, make_clients, start_mailing, wait_until_finished
from tests.journeys.service import ROOT, Service


def test_no_variable_of_another_project_is_left_once_we_are_loaded() -> None:
    script = "import os, notification_service; print(*os.environ, sep='\\n')"
    environment = os.environ | hostile.OF_EVERYBODY | {"PYTHONWARNINGS": "ignore"}
    left = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    ).stdout.split()
    ours = {"DJANGO_SETTINGS_MODULE", "CELERY_SKIP_CHECKS", *hostile.GRANIAN_AND_FLOWER}
    assert [name for name in left if name in hostile.OF_EVERYBODY and name not in ours] == []


@pytest.mark.parametrize("name", ["DATABASE_URL", "OTEL_SDK_DISABLED", "PYTHONUNBUFFERED", "PATH", "TOKEN"])
def test_what_is_ours_or_everybodys_stays(name: str) -> None:
    assert not is_for_others(name)


def test_children_of_up_get_no_options_of_another_granian_or_flower() -> None:
    configuration = Configuration(hostile.GRANIAN_AND_FLOWER | {"HOME": "/home"}, {})
    environment = configuration.child_environment(ROOT, defaults={})
    assert not hostile.GRANIAN_AND_FLOWER.keys() & environment.keys()
    assert environment["HOME"] == "/home"


def test_workers_and_beat_of_another_projects_environment_use_our_servers(service: Service) -> None:
    service.environment |= hostile.OF_LIBRARIES
    service.start_gateway()
    service.start_beat()
    service.start_worker()
    make_clients(10)
    mailing = start_mailing()
    wait_until_finished(mailing)
    check_rules(mailing, service)
    assert "broker not heard" not in service.log("worker")  # it hears beat, by our broker


def test_commands_of_another_projects_environment_use_our_database(service: Service) -> None:
    command = [sys.executable, "manage.py", "create_api_key", "me", "--scope", "read"]
    environment = service.environment | hostile.OF_LIBRARIES
    finished = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (finished.returncode, finished.stderr) == (0, "")
