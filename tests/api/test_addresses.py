"""`/api/v1/` is the address; `/api/`, the first release's, means the same."""

from typing import Any

import pytest
from prometheus_client import REGISTRY

from notification_service.audit.models import Entry
from tests.api.answers import CLIENT, body_of
from tests.api.conftest import Api
from tests.factories import make_client, make_message

pytestmark = pytest.mark.django_db

PREFIXES = ["/api/v1/", "/api/"]


@pytest.mark.parametrize("prefix", PREFIXES)
def test_urls_in_an_answer_have_the_prefix_that_was_asked(api: Api, prefix: str) -> None:
    asked = f"http://testserver{prefix}"
    message = make_message()
    make_message(message.mailing)
    info = body_of(api.get(f"{prefix}mailings/{message.mailing_id}/info/"))
    made = api.post(f"{prefix}clients/", CLIENT)
    taken = body_of(api.post(f"{prefix}clients/", CLIENT))
    assert body_of(api.get(prefix))["clients"] == f"{asked}clients/"
    assert body_of(api.get(f"{prefix}messages/", page_size=1))["next"].startswith(f"{asked}messages/?")
    assert info["messages_url"] == f"{asked}messages/?mailing={message.mailing_id}"
    assert made["Location"] == taken["existing"]["url"] == f"{asked}clients/{body_of(made)['id']}/"
    assert taken["instance"] == f"{prefix}clients/"


@pytest.mark.parametrize("path", ["", "clients/", "mailings/fullinfo/", "messages/"])
def test_both_addresses_answer_the_same(api: Api, path: str) -> None:
    make_client()
    first, second = (body_of(api.get(prefix + path)) for prefix in PREFIXES)
    assert str(first).replace("/api/v1/", "/api/") == str(second)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_an_unknown_address_below_either_is_a_problem(stranger: Api, prefix: str) -> None:
    for path in ("nothing/", "v2/clients/", "v1/v1/clients/", "v1x/clients/"):
        assert stranger.get(prefix + path)["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/api/v1/clients?x=1", "/api/clients?x=1"])
def test_a_forgotten_slash_is_added_to_the_address_that_was_asked(api: Api, path: str) -> None:
    answer = api.post(path, {})
    assert (answer.status_code, answer["Location"]) == (308, path.replace("?", "/?"))


@pytest.mark.parametrize("prefix", PREFIXES)
def test_both_addresses_need_a_key_and_count_towards_one_limit(
    settings: Any, api: Api, stranger: Api, prefix: str
) -> None:
    settings.API_RATE_LIMIT = 1
    assert stranger.get(f"{prefix}clients/").status_code == 401
    other = next(each for each in PREFIXES if each != prefix)
    assert [api.get(f"{each}clients/").status_code for each in (prefix, other)] == [200, 429]


def test_both_addresses_are_one_route_in_metrics_and_one_source_in_the_audit_log(api: Api) -> None:
    labels = {"method": "POST", "route": "api/v1/clients/", "status": "201"}
    name = "notifications_http_request_seconds_count"
    before = REGISTRY.get_sample_value(name, labels) or 0
    for number, prefix in enumerate(PREFIXES):
        api.post(f"{prefix}clients/", {**CLIENT, "phone": f"7916000000{number}"})
    assert REGISTRY.get_sample_value(name, labels) == before + 2
    assert set(Entry.objects.about("client").values_list("source", flat=True)) == {"api"}


def test_the_document_has_each_operation_once_and_under_its_version(stranger: Api) -> None:
    document = body_of(stranger.get("/openapi.json"))
    assert [server["url"] for server in document["servers"]] == ["/"]
    assert {path[: len("/api/v1/")] for path in document["paths"]} == {"/api/v1/"}
    ids = [each["operationId"] for methods in document["paths"].values() for each in methods.values()]
    assert len(ids) == len(set(ids))
