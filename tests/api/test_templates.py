"""Saved texts: each change makes a version, every version stays readable, and mailings have copies."""

import pytest

from notification_service.mailings.models import Mailing, Template
from notification_service.mailings.templates import create_template, update_template
from tests.api.answers import body_of, errors_of, mailing_body
from tests.api.conftest import Api

pytestmark = pytest.mark.django_db


def new(**fields: str) -> dict[str, str]:
    return {"name": "Order", "text": "{{name|Hello}}, your order is ready."} | fields


def test_a_template_is_saved_and_shown(api: Api) -> None:
    made = api.post("/api/v1/templates/", new())
    body = body_of(made)
    assert (made.status_code, body["version"]) == (201, 1)
    assert {**new(), "id": body["id"], "version": 1}.items() <= body.items()
    assert body_of(api.get(made["Location"])) == body
    assert body_of(api.get("/api/v1/templates/"))["results"] == [body]


def test_each_change_of_a_template_makes_a_version_and_every_version_stays_readable(api: Api) -> None:
    template = create_template(**new())
    address = f"/api/v1/templates/{template.pk}/"
    changed = body_of(api.patch(address, {"text": "{{name}}!"}))
    assert (changed["version"], changed["name"], changed["text"]) == (2, "Order", "{{name}}!")
    assert body_of(api.put(address, new(name="Ready", text="{{name}}!")))["version"] == 3
    assert body_of(api.patch(address, {"name": "Ready"}))["version"] == 3  # not a change
    versions = body_of(api.get(f"{address}versions/"))["results"]
    assert [(each["version"], each["name"], each["text"]) for each in versions] == [
        (3, "Ready", "{{name}}!"),
        (2, "Order", "{{name}}!"),
        (1, "Order", new()["text"]),
    ]


def test_a_template_that_was_changed_meanwhile_is_not_overwritten(api: Api) -> None:
    template = create_template(**new())
    address = f"/api/v1/templates/{template.pk}/"
    read = api.get(address)
    update_template(template.pk, text="Another")
    answer = api.send("PATCH", address, {"text": "Mine"}, **{"If-Match": read["ETag"]})
    assert (answer.status_code, Template.objects.get().text) == (412, "Another")


def test_a_name_of_a_template_that_is_taken_is_refused_with_what_has_it(api: Api) -> None:
    taken = create_template(**new())
    answer = api.post("/api/v1/templates/", new())
    assert (answer.status_code, body_of(answer)["existing"]["id"]) == (409, taken.pk)


def test_a_template_with_wrong_syntax_is_refused_with_the_position(api: Api) -> None:
    answer = api.post("/api/v1/templates/", new(text="Hi {{ }}"))
    assert errors_of(answer) == {"#/text": "Character 4: the placeholder has no name."}


def test_a_mailing_gets_a_copy_of_its_templates_text(api: Api) -> None:
    template = create_template(**new())
    without = {name: value for name, value in mailing_body().items() if name != "text"}
    made = body_of(api.post("/api/v1/mailings/", without | {"template": template.pk}))
    update_template(template.pk, text="Another")
    assert Mailing.objects.get(pk=made["id"]).text == made["text"] == new()["text"]
    assert "template" not in made
    assert api.delete(f"/api/v1/templates/{template.pk}/").status_code == 204


def test_a_mailing_has_a_text_or_a_template_that_is_there(api: Api) -> None:
    template = create_template(**new()).pk
    without = {name: value for name, value in mailing_body().items() if name != "text"}
    pointers = [
        [error["pointer"] for error in body_of(api.post("/api/v1/mailings/", body))["errors"]]
        for body in (
            mailing_body() | {"template": template},
            without,
            without | {"template": template + 1},
            without | {"template": None},
            without | {"template": "1"},
        )
    ]
    assert pointers == [["#/template"], ["#/text"], ["#/template"], ["#/template"], ["#/template"]]


def test_a_read_key_reads_templates_and_changes_none(reader: Api) -> None:
    address = f"/api/v1/templates/{create_template(**new()).pk}/"
    assert reader.get(f"{address}versions/").status_code == 200
    assert {reader.post("/api/v1/templates/", new()).status_code, reader.delete(address).status_code} == {403}
