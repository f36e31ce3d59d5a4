from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "notification_service.webhooks"
