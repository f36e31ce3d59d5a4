from django.apps import AppConfig


class MailingsConfig(AppConfig):
    name = "notification_service.mailings"
