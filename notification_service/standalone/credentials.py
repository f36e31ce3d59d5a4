"""The first administrator, the first API key and the receipt key of `main`, kept in DATA_DIR/credentials.env.

Can be repeated after a crash at any point: what is not in both the file and the database is made again.
"""

import secrets
from pathlib import Path

from django.contrib.auth.models import User
from django.db import transaction

from notification_service.access.models import ApiKey
from notification_service.audit.actions import Action
from notification_service.audit.log import record
from notification_service.mailings.gateways import (
    GatewayUnusable,
    is_receipt_key,
    receipt_key,
    replace_receipt_key,
)
from notification_service.mailings.models import Gateway
from notification_service.mailings.models.gateway import MAIN
from notification_service.standalone.env_file import read_env_file, write_env_file

FILE_NAME = "credentials.env"
ADMINISTRATOR = "admin"
API_KEY_NAME = "first key"


def ensure_credentials(path: Path) -> None:
    ensure_administrator(path)
    ensure_api_key(path)
    ensure_receipt_key(path)


def ensure_administrator(path: Path) -> None:
    """An existing administrator keeps the password, whether or not we know it."""
    known = read_env_file(path)
    name = known.get("ADMIN_USERNAME", ADMINISTRATOR)
    if User.objects.filter(username=name).exists():
        return
    password = known.get("ADMIN_PASSWORD") or secrets.token_urlsafe(12)
    # First the file: a password that is only in the database would be lost.
    write_env_file(path, known | {"ADMIN_USERNAME": name, "ADMIN_PASSWORD": password})
    with transaction.atomic():
        person = User.objects.create_superuser(username=name, password=password)
        record(Action.PERSON_CREATED, object_id=person.pk, object_name=name, superuser=True)


def ensure_api_key(path: Path) -> None:
    known = read_env_file(path)
    if "API_KEY" in known and ApiKey.objects.matching(known["API_KEY"]):
        return
    with transaction.atomic():
        # Nobody knows a key that never reached the file.
        for lost in ApiKey.objects.filter(name=API_KEY_NAME, revoked_at=None):
            lost.revoke()
            lost.delete()
        _, key = ApiKey.issue(name=API_KEY_NAME, scope="write", pii=True)
    write_env_file(path, known | {"API_KEY": key})


def ensure_receipt_key(path: Path) -> None:
    """One that was made elsewhere, and is not in the file, stays: the provider has it."""
    main, known = Gateway.objects.get(name=MAIN), read_env_file(path)
    if is_receipt_key(main, known.get("RECEIPT_KEY", "")):
        return
    try:
        key = receipt_key(main) or replace_receipt_key(main.pk)
    except GatewayUnusable:
        return  # kept under another SECRET_KEY: it works, and cannot be shown any more
    write_env_file(path, known | {"RECEIPT_KEY": key})
