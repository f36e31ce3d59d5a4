from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "notification_service.audit"
