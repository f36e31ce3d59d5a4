from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "notification_service.access"
