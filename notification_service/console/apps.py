from django.apps import AppConfig
from django.contrib.admin import apps as admin


class ConsoleConfig(AppConfig):
    name = "notification_service.console"
    default = True


class ConsoleAdminConfig(admin.AdminConfig):
    default = False
    default_site = "notification_service.console.account.admin_site.ConsoleSite"
