from django.apps import AppConfig


class TerminalConfig(AppConfig):
    name = "notification_service.terminal"
