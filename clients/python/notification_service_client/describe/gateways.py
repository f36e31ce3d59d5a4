from notification_service_client.describe.parts import read
from notification_service_client.models import Gateway
from notification_service_client.request import Request


def every() -> Request[Gateway]:
    """One by one; pages are fetched as they are needed."""
    return read("/api/v1/gateways/", Gateway)
