from typing import Any

from django.apps import AppConfig
from django.apps import apps as installed_apps
from django.db.models.signals import post_migrate


class MailingsConfig(AppConfig):
    name = "notification_service.mailings"

    def ready(self) -> None:
        post_migrate.connect(_make_main_gateway, sender=self)


def _make_main_gateway(*, using: str, apps: Any = installed_apps, **_: Any) -> None:
    """The gateway of GATEWAY_URL always exists, also after a flush."""
    try:
        gateways = apps.get_model("mailings", "Gateway").objects.using(using)
    except LookupError:  # after `migrate` of another app alone
        return
    gateways.get_or_create(name="main")
