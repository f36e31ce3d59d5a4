from django.apps import AppConfig


class GatewaySimulatorConfig(AppConfig):
    name = "notification_service.gateway_simulator"
    label = "gateway_simulator"
    verbose_name = "Gateway simulator"
