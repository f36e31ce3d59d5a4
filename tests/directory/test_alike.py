"""What looks alike is alike, whichever door it came in by: invisible characters, NFD, spaces."""

import csv
import io
import json
import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser
from hypothesis import example, given, settings
from hypothesis import strategies as st

from notification_service.access.models import ApiKey
from notification_service.api import filters, message_filter
from notification_service.directory.importing import FileFormat
from notification_service.directory.models import Client
from notification_service.directory.rules import composed, is_phone, tag_of, typed_phone, visible
from notification_service.mailings.client_changes import import_clients
from notification_service.mailings.models import Mailing
from tests.api.answers import body_of, mailing_body
from tests.api.conftest import Api
from tests.console.conftest import make_person
from tests.depth import examples
from tests.factories import make_client, now

NFD = unicodedata.normalize("NFD", "Ёлка май")
ODD = {
    "phone": "\u202a79161234567\u202c",
    "operator_code": "\u200b916",
    "tag": f" \u200b{NFD}\u00a0\u00ad\ufeff ",
    "timezone": "Europe/Moscow\u200b",
    "attributes": {f"{NFD}\u200b": "Ай\u2060\u0306", "n": 1.5, "b": True},
}
SEEN = ("79161234567", "916", "Ёлка май", "Europe/Moscow", {"Ёлка май": "Ай\u0306", "n": 1.5, "b": True})
FIELDS = ("phone", "operator_code", "tag", "timezone", "attributes")


def _by_api(client: dict[str, Any]) -> None:
    answer = Api(ApiKey.issue(name="shop", scope="write")[1]).post("/api/clients/", client)
    assert answer.status_code == 201, answer.content


def _by_ndjson(client: dict[str, Any]) -> None:
    _import(json.dumps(client), FileFormat.NDJSON)


def _by_csv(client: dict[str, Any]) -> None:
    text = io.StringIO()
    rows = csv.DictWriter(text, [f"{FIELDS[0]}\u200b", *FIELDS[1:]], quoting=csv.QUOTE_ALL)
    rows.writeheader()
    values = client | {"attributes": json.dumps(client["attributes"])}
    rows.writerow({f"{name}\u200b" if name == "phone" else name: value for name, value in values.items()})
    _import(text.getvalue(), FileFormat.CSV)


def _import(text: str, file_format: FileFormat) -> None:
    result = import_clients(io.BytesIO(text.encode()).read, file_format=file_format)
    assert (result.created, result.errors) == (1, [])


def _by_form(client: dict[str, Any]) -> None:
    browser = Browser()
    browser.force_login(make_person("operator"))
    attributes = client["attributes"]
    # A form knows texts alone: a number and a yes are kept where they were one.
    make_client(phone="79990000000", attributes={"n": 1, "b": False})
    kept = Client.objects.get()
    body = {name: client[name] for name in FIELDS[:-1]} | {
        "tags": client["tag"],
        "attribute_name": list(attributes),
        "attribute_value": [str(value).replace("True", "true") for value in attributes.values()],
        "version": kept.updated_at.isoformat(),
    }
    assert browser.post(f"/clients/{kept.pk}/edit/", body).status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize("bring_in", [_by_api, _by_ndjson, _by_csv, _by_form])
def test_a_client_comes_in_alike_by_every_door(bring_in: Callable[[dict[str, Any]], None]) -> None:
    bring_in(ODD)
    assert Client.objects.values_list(*FIELDS).get() == SEEN


@pytest.mark.django_db
def test_what_is_typed_in_nfd_or_with_invisible_characters_is_found() -> None:
    api, browser = Api(ApiKey.issue(name="shop", scope="write")[1]), Browser()
    browser.force_login(make_person("operator"))
    client = make_client(tag="Ёлка май")
    for tag in (NFD, "Ёлка\u00a0май", "\u200bЁлка май"):
        for query in ({"tag": tag}, {"search": visible(tag).split()[0]}):
            assert [row["id"] for row in body_of(api.get("/api/clients/", **query))["results"]] == [client.pk]
        assert f"/clients/{client.pk}/" in browser.get("/clients/", {"tag": tag}).content.decode()
        assert body_of(api.post("/api/mailings/audience/", {"tags": [tag]}))["clients"] == 1


@pytest.mark.django_db
def test_a_mailings_text_is_found_however_its_letters_are_composed() -> None:
    api, browser = Api(ApiKey.issue(name="shop", scope="write")[1]), Browser()
    browser.force_login(make_person("operator"))
    times = {"start_at": now().isoformat(), "end_at": now().replace(year=2090).isoformat()}
    made = body_of(api.post("/api/mailings/", {"text": NFD, "filter": {"tags": [NFD, "Ёлка май"]}, **times}))
    mailing = Mailing.objects.get()
    assert (mailing.text, mailing.tags) == ("Ёлка май", ["Ёлка май"])
    for text in (NFD, "Ёлка май"):
        assert body_of(api.get("/api/mailings/", search=text))["results"][0]["id"] == made["id"]
        assert f"/mailings/{made['id']}/" in browser.get("/search/", {"q": text}).content.decode()


@pytest.mark.django_db
def test_two_names_that_look_alike_are_refused_by_name() -> None:
    api = Api(ApiKey.issue(name="shop", scope="write")[1])
    attributes = {"a": 1, "имя": 1, "имя\u200b": 2}
    answer = api.post("/api/clients/", {**ODD, "attributes": attributes})
    pointers = [error["pointer"] for error in body_of(answer)["errors"]]
    assert pointers == ["#/attributes/имя", "#/attributes/имя\u200b"]
    line = '{"phone": "79161234567", "timezone": "UTC", "attributes": {"b": 1, "b\u200b": 2}}'
    result = import_clients(io.BytesIO(line.encode()).read, file_format=FileFormat.NDJSON)
    assert "twice, but for characters that nobody sees" in result.errors[0].reason


COPIED = [
    "\u202a+7 916 123-45-67\u202c",
    "+7\u00a0(916)\u00a0123\u201345\u201367",
    "8.916.123.45.67",
    "7\u200b916\u200b1234567",
    "+7 916 123\u2011 45\u2212 67",
    "8/916/123 45 67\ufeff",
]


@pytest.mark.parametrize("text", COPIED)
def test_a_phone_is_understood_as_it_is_copied_from_a_page(text: str) -> None:
    assert typed_phone(text) == "79161234567"


@pytest.mark.parametrize("text", ["+7 916 123 45 6x", "7916 1234567 8", "+1 916 123 45 67"])
def test_what_is_no_phone_stays_none(text: str) -> None:
    assert not is_phone(typed_phone(text))


TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30)
INVISIBLE = "\u034f\u00ad\u200b\u200c\u200d\u2060"
SNEAKY = st.text(alphabet=f"aй {INVISIBLE}\u0306\u0300\u00a0\u0648\u05d0\U0001f468", max_size=12)


@given(TEXTS | SNEAKY)
@example("\u200dא\u200d\u200dא")
@settings(max_examples=examples(300))
def test_what_was_made_alike_once_stays_as_it_is(text: str) -> None:
    for clean in (composed, visible, tag_of):
        assert clean(clean(text)) == clean(text)
    assert visible(composed(text)) == visible(text) == composed(visible(text))


def test_emoji_and_scripts_that_need_joiners_keep_them() -> None:
    for text in ("👨‍👩‍👧", "❤️", "می‌خواهم", "Привет"):
        assert visible(text) == text


TYPED = {"phone": ("+7916\u200b1234567", "79161234567"), "operator_code": ("916\u200b", "916")}
WORDS = ("MailingFilter", "search")
CODES = {"object", "actor"}  # made by the service, typed by nobody
FILTERS: dict[str, Any] = {
    name: each
    for name, each in (vars(filters) | vars(message_filter)).items()
    if hasattr(each, "base_filters")
}
SEARCHES = [
    (filterset, name)
    for filterset, each in FILTERS.items()
    for name, field in each.base_filters.items()
    if "pattern" in getattr(field, "schema", {}) and name not in CODES
]


@pytest.mark.parametrize(("filterset", "name"), SEARCHES)
def test_every_search_of_the_api_finds_what_is_typed_in_another_way(filterset: str, name: str) -> None:
    """But for the words of a text, in which nothing is removed."""
    parse = FILTERS[filterset].base_filters[name].parse
    typed, kept = TYPED.get(name, (NFD if (filterset, name) == WORDS else f"{NFD}\u200b", "Ёлка май"))
    assert parse(typed) == kept


@pytest.mark.django_db
def test_a_gateway_is_known_by_its_name_with_what_was_copied_along() -> None:
    api = Api(ApiKey.issue(name="shop", scope="write")[1])
    message = {"phone": "79161234567", "text": "4711", "gateway": "main\u200b"}
    assert api.post("/api/messages/", message).status_code == 202
    mailing = mailing_body(gateway="main\u200b")
    assert body_of(api.post("/api/mailings/", mailing))["gateway"] == "main"
