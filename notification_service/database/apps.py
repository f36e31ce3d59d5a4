from django.apps import AppConfig


class DatabaseConfig(AppConfig):
    name = "notification_service.database"

    def ready(self) -> None:
        from notification_service.database import checks  # noqa: F401 (they register themselves)
