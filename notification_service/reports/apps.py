from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "notification_service.reports"

    def ready(self) -> None:
        from notification_service.reports import checks  # noqa: F401 (they register themselves)
