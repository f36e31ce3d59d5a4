from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "notification_service.delivery"
