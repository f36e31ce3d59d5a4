"""Who is kept out by what people said, beside the count of the form."""

import pytest
from django.test import Client as Browser
from django.urls import reverse

from notification_service.directory.models import OptOut
from tests.console.compose.test_views import filled_in
from tests.factories import make_client


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"tags": "vip"}, "<b>1 client</b> in 1 time zone</li> <li>1 left out: 1 opted out</li>"),
        ({"tags": "gone"}, "0 clients; 1 left out: 1 opted out"),
        ({"requires_consent": "on"}, "0 clients; 3 left out: 2 opted out, 1 without consent"),
    ],
    ids=["some", "all", "consent"],
)
def test_the_count_says_who_is_left_out_and_why(operator: Browser, asked: dict[str, str], words: str) -> None:
    make_client(tag="vip")
    for tag in ("vip", "gone"):
        OptOut.objects.create(phone=make_client(tag=tag).phone or "")
    page = operator.post(reverse("console:preview"), filled_in(**asked)).content.decode()
    assert words in " ".join(page.split())
