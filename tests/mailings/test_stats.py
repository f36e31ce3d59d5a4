import pytest

from notification_service.mailings import stats


@pytest.mark.django_db
def test_counts_are_zero_without_messages() -> None:
    assert stats.message_counts([1])[1]["total"] == 0
