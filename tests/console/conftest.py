from collections.abc import Callable

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.test import Client as Browser

from notification_service.access.roles import create_roles

PASSWORD = "a-long-passphrase"


def make_person(role: str) -> User:
    """Someone in the role, named after it. A test that emptied the database took the groups with it."""
    create_roles(apps)
    person = User.objects.create_user(role, password=PASSWORD, is_staff=True)
    person.groups.add(Group.objects.get(name=role))
    return person


@pytest.fixture
def logged_in(db: None) -> Callable[[str], Browser]:
    def log_in(role: str) -> Browser:
        browser = Browser()
        browser.force_login(make_person(role))
        return browser

    return log_in


@pytest.fixture
def operator(logged_in: Callable[[str], Browser]) -> Browser:
    return logged_in("operator")
