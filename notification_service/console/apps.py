from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "notification_service.console"
