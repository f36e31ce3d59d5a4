from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as service_settings
from django.test import Client as Browser
from django.urls import reverse

from notification_service.audit.models import Entry
from notification_service.directory.models import ClientUpload
from notification_service.standalone.samples.clients import CLIENT_COUNT, FILE_NAME, offer_samples
from tests.console.conftest import make_person
from tests.factories import make_client

SAMPLES = "/clients/imports/samples/"


@pytest.fixture
def folder_of_up(settings: Any, tmp_path: Path) -> Path:
    settings.SAMPLE_CLIENTS = tmp_path / FILE_NAME
    offer_samples(tmp_path, is_safe=True)
    return tmp_path


def is_offered(browser: Browser) -> bool:
    return SAMPLES in browser.get("/").content.decode()


def test_the_console_looks_for_the_file_that_up_makes() -> None:
    assert service_settings.SAMPLE_CLIENTS == service_settings.DATA_DIR / FILE_NAME


def test_an_empty_console_of_up_loads_the_sample_clients(operator: Browser, folder_of_up: Path) -> None:
    assert is_offered(operator)
    answer = operator.post(SAMPLES)
    upload = ClientUpload.objects.get()
    assert answer.headers["Location"] == reverse("console:import", args=[upload.pk])
    assert (upload.status, upload.lines) == ("ready", CLIENT_COUNT + 1)
    assert list(Entry.objects.values_list("action", flat=True)) == ["import.uploaded"]


def test_samples_are_not_offered_beside_clients(operator: Browser, folder_of_up: Path) -> None:
    make_client()
    assert not is_offered(operator)


@pytest.mark.django_db
def test_samples_are_not_offered_to_whom_may_not_add_clients(folder_of_up: Path) -> None:
    viewer = Browser()
    viewer.force_login(make_person("viewer"))
    assert not is_offered(viewer)


def test_there_are_no_samples_beside_a_gateway_that_is_real(operator: Browser, folder_of_up: Path) -> None:
    offer_samples(folder_of_up, is_safe=False)
    assert not is_offered(operator)
    assert operator.post(SAMPLES).status_code == 404


@pytest.mark.django_db
def test_an_empty_console_leads_an_administrator_to_the_gateways() -> None:
    administrator = Browser()
    administrator.force_login(make_person("administrator"))
    assert 'id="first-gateways"' in administrator.get("/").content.decode()
