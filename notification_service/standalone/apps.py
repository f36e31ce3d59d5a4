from django.apps import AppConfig


class StandaloneConfig(AppConfig):
    name = "notification_service.standalone"
