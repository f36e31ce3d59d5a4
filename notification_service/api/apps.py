from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "notification_service.api"
    verbose_name = "API"
