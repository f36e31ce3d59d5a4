"""A change of what was changed since it was read is refused, where the caller says what it read."""

import threading
from typing import Any

import pytest
from django.db import connection

from notification_service.mailings.models import Gateway, Mailing
from notification_service.mailings.templates import create_template
from tests.api.answers import CLIENT, body_of, errors_of, mailing_body
from tests.api.conftest import Api
from tests.api.test_gateways import administrator  # noqa: F401 (a fixture)
from tests.factories import make_client, make_gateway, make_mailing, make_message

pytestmark = pytest.mark.django_db

CHANGES: dict[str, list[dict[str, Any]]] = {
    "clients": [{"tag": "one"}, {"tag": "two"}],
    "mailings": [{"text": "One"}, {"text": "Two"}],
    "gateways": [{"priority": 1}, {"priority": 2}],
    "templates": [{"text": "One"}, {"text": "Two"}],
}


@pytest.fixture
def paths() -> dict[str, str]:
    made = {
        "clients": make_client(),
        "mailings": make_mailing(status="running"),
        "gateways": make_gateway(),
        "templates": create_template(name="Order", text="Hello"),
    }
    return {kind: f"/api/{kind}/{row.pk}/" for kind, row in made.items()}


@pytest.mark.parametrize("kind", CHANGES)
def test_a_change_of_what_was_changed_meanwhile_is_refused(
    administrator: Api,  # noqa: F811
    paths: dict[str, str],
    kind: str,
) -> None:
    path, (mine, theirs) = paths[kind], CHANGES[kind]
    tag = administrator.get(path)["ETag"]
    assert administrator.patch(path, theirs).status_code == 200
    answer = administrator.send("PATCH", path, mine, **{"If-Match": tag})
    assert (answer.status_code, errors_of(answer)) == (412, {})
    assert body_of(administrator.get(path)).items() >= theirs.items()
    assert administrator.send("DELETE", path, **{"If-Match": tag}).status_code == 412


@pytest.mark.parametrize("kind", CHANGES)
def test_a_change_of_what_is_as_it_was_read_is_made(
    administrator: Api,  # noqa: F811
    paths: dict[str, str],
    kind: str,
) -> None:
    path = paths[kind]
    for change in CHANGES[kind]:  # the tag of a change's response serves the next change
        tag = administrator.get(path)["ETag"]
        answer = administrator.send("PATCH", path, change, **{"If-Match": f'"other", {tag}'})
        assert (answer.status_code, administrator.get(path)["ETag"]) == (200, answer["ETag"])
        assert answer["ETag"] != tag
    assert administrator.send("DELETE", path, **{"If-Match": answer["ETag"]}).status_code == 204


@pytest.mark.parametrize("kind", CHANGES)
def test_a_repeated_change_is_answered_though_its_tag_is_old(
    administrator: Api,  # noqa: F811
    paths: dict[str, str],
    kind: str,
) -> None:
    path, change = paths[kind], CHANGES[kind][0]
    tag = administrator.get(path)["ETag"]
    first, second = (administrator.send("PATCH", path, change, **{"If-Match": tag}) for _ in range(2))
    assert (first.status_code, second.status_code, second["ETag"]) == (200, 200, first["ETag"])


def test_a_mailing_that_was_paused_meanwhile_is_not_cancelled(api: Api, paths: dict[str, str]) -> None:
    path = paths["mailings"]
    tag = api.get(path)["ETag"]
    api.post(f"{path}pause/")
    assert api.post(f"{path}cancel/", **{"If-Match": tag}).status_code == 412
    assert api.post(f"{path}pause/", **{"If-Match": tag}).status_code == 200  # so it is already
    assert Mailing.objects.get().status == "paused"


def test_a_mailing_that_started_meanwhile_has_another_tag(api: Api) -> None:
    mailing = make_mailing()
    tag = api.get(f"/api/mailings/{mailing.pk}/")["ETag"]
    Mailing.objects.update(status="running")  # as the engine does: without `updated_at`
    assert api.get(f"/api/mailings/{mailing.pk}/")["ETag"] != tag


def test_what_is_sent_meanwhile_makes_no_other_tag(api: Api, paths: dict[str, str]) -> None:
    tag = api.get(paths["mailings"])["ETag"]
    make_message(Mailing.objects.get())
    assert api.get(paths["mailings"])["ETag"] == tag


@pytest.mark.parametrize("header", ["*", "{tag}", "W/{tag}", "{bare}"])
def test_a_tag_is_read_as_it_may_arrive(api: Api, paths: dict[str, str], header: str) -> None:
    tag = api.get(paths["clients"])["ETag"]
    match = header.format(tag=tag, bare=tag.strip('"'))
    assert api.send("PATCH", paths["clients"], {"tag": "x"}, **{"If-Match": match}).status_code == 200


def test_what_is_not_there_has_no_tag(api: Api) -> None:
    assert api.send("PATCH", "/api/clients/1/", {"tag": "x"}, **{"If-Match": "*"}).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_of_changes_at_the_same_moment_one_is_made(write_key: str) -> None:
    path = f"/api/clients/{make_client().pk}/"
    tag = Api(write_key).get(path)["ETag"]
    statuses: list[int] = []
    barrier = threading.Barrier(4)

    def change(name: str) -> None:
        caller = Api(write_key)
        barrier.wait()
        statuses.append(caller.send("PATCH", path, {"tag": name}, **{"If-Match": tag}).status_code)
        connection.close()

    threads = [threading.Thread(target=change, args=[f"tag {n}"]) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 412, 412, 412]


def test_a_gateway_that_is_held_meanwhile_has_the_same_tag(reader: Api) -> None:
    gateway = make_gateway()
    tag = reader.get(f"/api/gateways/{gateway.pk}/")["ETag"]
    Gateway.objects.filter(pk=gateway.pk).update(held_reason="HTTP 401")
    assert reader.get(f"/api/gateways/{gateway.pk}/")["ETag"] == tag


@pytest.mark.parametrize("kind", ["clients", "mailings", "gateways"])
def test_the_tag_of_what_was_made_serves_its_first_change(administrator: Api, kind: str) -> None:  # noqa: F811
    bodies = {
        "clients": CLIENT,
        "mailings": mailing_body(),
        "gateways": {"name": "x", "url": "http://8.8.8.8"},
    }
    answer = administrator.post(f"/api/v1/{kind}/", bodies[kind])
    path = f"/api/v1/{kind}/{body_of(answer)['id']}/"
    assert answer["ETag"] == administrator.get(path)["ETag"]
    change = administrator.send("PATCH", path, CHANGES[kind][0], **{"If-Match": answer["ETag"]})
    assert change.status_code == 200


def test_a_repeated_answer_has_no_tag_as_the_mailing_may_have_changed(api: Api) -> None:
    body, key = mailing_body(), {"Idempotency-Key": "one"}
    first, second = (api.post("/api/v1/mailings/", body, **key) for _ in range(2))
    assert ("ETag" in first.headers, "ETag" in second.headers) == (True, False)
