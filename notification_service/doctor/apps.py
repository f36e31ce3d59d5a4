from django.apps import AppConfig


class DoctorConfig(AppConfig):
    name = "notification_service.doctor"
