from notification_service.access.models import ApiKey


def make_api_key() -> str:
    _, key = ApiKey.issue(name="bench", scope="write")
    return key
