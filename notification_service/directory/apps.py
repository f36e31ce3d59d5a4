from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "notification_service.directory"
