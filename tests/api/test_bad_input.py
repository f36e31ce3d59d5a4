"""Whatever is sent, the answer is one of the contract's."""

import json
from typing import Any

import pytest

from notification_service.directory.models import Client
from notification_service.mailings.models import Mailing
from tests.api.answers import CLIENT, errors_of, mailing_body
from tests.api.conftest import Api
from tests.factories import make_client, make_mailing

pytestmark = pytest.mark.django_db

NOT_STRINGS: list[Any] = [1, 1.5, True, None, [], {}]
BAD_STRINGS = ["\x00", "a\x00b", "\ud800"]
BAD_MOMENTS = [
    *NOT_STRINGS,
    *BAD_STRINGS,
    "",
    "tomorrow",
    "2030-01-31",
    "2030-01-31T09:00:00",
    "2030-01-31 09:00:00",
    "2030-02-30T09:00:00Z",
    "2030-01-31T25:00:00Z",
    "2030-01-31T09:00:60Z",
    "2030-01-31T09:00:00+25:00",
    "2030-01-31T09:00:00Z\n",
    "20300131T090000Z",
    "2030-W05-4T09:00:00Z",
    "٢٠٣٠-01-31T09:00:00Z",
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59",
    "10000-01-01T00:00:00Z",
    1893456000,
]

BAD_CLIENTS: dict[str, list[Any]] = {
    "phone": [
        *NOT_STRINGS,
        *BAD_STRINGS,
        "",
        "7916123456",
        "791612345678",
        "89161234567",
        "+89161234567",
        "7916123456x",
        " 79161234567",
        "79161234567\n",
        "7٩١٦١٢٣٤٥٦٧",
        79161234567,
    ],
    "operator_code": [*NOT_STRINGS, *BAD_STRINGS, "", "91", "9166", "9a6", "٩١٦", "916\n"],
    "tag": [*NOT_STRINGS, *BAD_STRINGS, "x" * 256],
    "timezone": [
        *NOT_STRINGS,
        *BAD_STRINGS,
        "",
        "Moscow",
        "europe/moscow",
        "Europe/Moscow\n",
        "localtime",
        "posixrules",
        "Factory",
        "posix/Europe/Moscow",
        "right/Europe/Moscow",
        "../Europe/Moscow",
        "/etc/passwd",
        "UTC+3",
        "x" * 1000,
    ],
    "attributes": [1, "{}", True, None, [], {str(n): n for n in range(101)}, {"a": "x" * 16384}],
}
BAD_MAILINGS: dict[str, list[Any]] = {
    "text": [*NOT_STRINGS, *BAD_STRINGS, "", " \n\t\u2003", "x" * 2001],
    "start_at": BAD_MOMENTS,
    "end_at": BAD_MOMENTS,
    "filter": [1, "916", True, None, [], ["916"]],
    "send_window": [1, "09:00", True, [], ["09:00", "21:00"]],
    "name": [1, True, None, [], {}, "x" * 201, "a\x00"],
    "spread_minutes": [0, -1, 10_081, 1.5, "60", True, []],
    "ignores_contact_hours": [1, "true", None, []],
    "on_unknown": [1, True, None, [], {}, "", "SEND_AGAIN", "retry", "\x00"],
}


def _cases(table: dict[str, list[Any]]) -> list[Any]:
    return [pytest.param(name, value, id=f"{name}={value!r:.40}") for name in table for value in table[name]]


@pytest.mark.parametrize(("name", "value"), _cases(BAD_CLIENTS))
def test_a_new_client_with_a_bad_value_is_refused(api: Api, name: str, value: Any) -> None:
    answer = api.post("/api/clients/", {**CLIENT, name: value})
    assert (answer.status_code, list(errors_of(answer))) == (400, [f"#/{name}"])
    assert not Client.objects.exists()


@pytest.mark.parametrize(("name", "value"), _cases(BAD_CLIENTS))
def test_a_client_cannot_be_changed_to_a_bad_value(api: Api, name: str, value: Any) -> None:
    client = make_client()
    answer = api.patch(f"/api/clients/{client.pk}/", {name: value})
    assert (answer.status_code, list(errors_of(answer))) == (400, [f"#/{name}"])


@pytest.mark.parametrize(("name", "value"), _cases(BAD_MAILINGS))
def test_a_new_mailing_with_a_bad_value_is_refused(api: Api, name: str, value: Any) -> None:
    answer = api.post("/api/mailings/", mailing_body(**{name: value}))
    assert (answer.status_code, list(errors_of(answer))) == (400, [f"#/{name}"])
    assert not Mailing.objects.exists()


@pytest.mark.parametrize(("name", "value"), _cases(BAD_MAILINGS))
def test_a_mailing_cannot_be_changed_to_a_bad_value(api: Api, name: str, value: Any) -> None:
    mailing = make_mailing()
    answer = api.patch(f"/api/mailings/{mailing.pk}/", {name: value})
    assert (answer.status_code, list(errors_of(answer))) == (400, [f"#/{name}"])


@pytest.mark.parametrize(
    ("inside", "pointers"),
    [
        ({"filter": {"operator_codes": "916"}}, ["#/filter/operator_codes"]),
        ({"filter": {"operator_codes": {"0": "916"}}}, ["#/filter/operator_codes"]),
        ({"filter": {"operator_codes": None}}, ["#/filter/operator_codes"]),
        ({"filter": {"operator_codes": ["916", 926]}}, ["#/filter/operator_codes/1"]),
        (
            {"filter": {"operator_codes": ["91"], "tags": [None]}},
            ["#/filter/operator_codes/0", "#/filter/tags/0"],
        ),
        ({"filter": {"tags": ["a\x00"]}}, ["#/filter/tags/0"]),
        ({"filter": {"tags": ["a", "\udfff"]}}, ["#/filter/tags/1"]),
        ({"filter": {"tags": ["x" * 256]}}, ["#/filter/tags/0"]),
        ({"filter": {"tags": ["x"] * 1001}}, ["#/filter/tags"]),
        ({"filter": {"tag": []}}, ["#/filter/tag"]),
        ({"filter": {"a/b~c": 1}}, ["#/filter/a~1b~0c"]),
        ({"send_window": {}}, ["#/send_window/from", "#/send_window/to"]),
        ({"send_window": {"from": "09:00"}}, ["#/send_window/to"]),
        ({"send_window": {"from": "09:00", "to": None}}, ["#/send_window/to"]),
        ({"send_window": {"from": "9:00", "to": "24:00"}}, ["#/send_window/from", "#/send_window/to"]),
        ({"send_window": {"from": "٠٩:00", "to": "21:00Z"}}, ["#/send_window/from", "#/send_window/to"]),
        ({"send_window": {"from": 9, "to": 21.5}}, ["#/send_window/from", "#/send_window/to"]),
        ({"send_window": {"from": "09:00", "to": "09:00"}}, ["#/send_window/to"]),
        ({"send_window": {"from": "09:00", "to": "09:00:00"}}, ["#/send_window/to"]),
        ({"send_window": {"from": "09:00", "to": "21:00", "tz": "UTC"}}, ["#/send_window/tz"]),
        ({"send_window": {"days": None, "holidays": None}}, ["#/send_window/from", "#/send_window/to"]),
        ({"send_window": {"from": "09:00", "days": ["mon"]}}, ["#/send_window/to"]),
        ({"send_window": {"days": []}}, ["#/send_window/days"]),
        ({"send_window": {"days": ["mon", "mon"]}}, ["#/send_window/days"]),
        ({"send_window": {"days": ["Monday"]}}, ["#/send_window/days"]),
        ({"send_window": {"days": [1]}}, ["#/send_window/days"]),
        ({"send_window": {"days": [["mon"]]}}, ["#/send_window/days"]),
        ({"send_window": {"days": "mon"}}, ["#/send_window/days"]),
        ({"send_window": {"holidays": "XX"}}, ["#/send_window/holidays"]),
        ({"send_window": {"holidays": "ru"}}, ["#/send_window/holidays"]),
        ({"send_window": {"holidays": ["RU"]}}, ["#/send_window/holidays"]),
        ({"send_window": {"days": [], "holidays": "XX"}}, ["#/send_window/days", "#/send_window/holidays"]),
        ({"colour": "red"}, ["#/colour"]),
        ({"#/text": 1, "": 2}, ["#/#~1text", "#/"]),
        ({"status": "running"}, ["#/status"]),
        ({"id": 1}, ["#/id"]),
        ({"operator_codes": []}, ["#/operator_codes"]),
        ({"window_from": "09:00"}, ["#/window_from"]),
        ({"bad\ud800name": 1}, ["#/bad\\ud800name"]),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_an_error_points_at_the_bad_value_inside_a_field(
    api: Api, method: str, inside: Any, pointers: list[str]
) -> None:
    path = "/api/mailings/" if method == "POST" else f"/api/mailings/{make_mailing().pk}/"
    answer = api.send(method, path, mailing_body(**inside))
    assert (answer.status_code, sorted(errors_of(answer))) == (400, sorted(pointers))


@pytest.mark.parametrize(
    ("attributes", "pointer"),
    [
        ('{"a": {}}', "#/attributes/a"),
        ('{"a": []}', "#/attributes/a"),
        ('{"a": 1e999}', "#/attributes/a"),
        (f'{{"a": {10**400}}}', "#/attributes/a"),
        ('{"a": -1e999}', "#/attributes/a"),
        ('{"a": 9223372036854775809}', "#/attributes/a"),
        ('{"a": "\\u0000"}', "#/attributes/a"),
        ('{"\\u0000": 1}', "#/attributes/\x00"),
        ('{"\\ud83d": 1}', "#/attributes/\\ud83d"),
    ],
)
def test_a_bad_attribute_is_refused_with_its_pointer(api: Api, attributes: str, pointer: str) -> None:
    body = f'{{"phone": "79161234567", "timezone": "UTC", "attributes": {attributes}}}'.encode()
    answer = api.post("/api/clients/", body)
    assert (answer.status_code, list(errors_of(answer))) == (400, [pointer])


@pytest.mark.parametrize("missing", ["text", "start_at", "end_at"])
def test_an_error_names_the_missing_field(api: Api, missing: str) -> None:
    body = mailing_body()
    del body[missing]
    assert errors_of(api.post("/api/mailings/", body)) == {f"#/{missing}": "This field is required."}


def test_a_response_lists_at_most_a_hundred_errors(api: Api) -> None:
    answer = api.post("/api/mailings/", mailing_body(**{f"field{n}": n for n in range(5000)}))
    assert (answer.status_code, len(errors_of(answer))) == (400, 100)


BAD_BODIES = {
    "nothing": (b"", 400),
    "a word": (b"mailing", 400),
    "a cut object": (b'{"text": ', 400),
    "two objects": (b"{}{}", 400),
    "a list": (b"[]", 400),
    "a number": (b"1", 400),
    "null": (b"null", 400),
    "a string": (b'"text"', 400),
    "a name twice": (b'{"text": "a", "text": "b"}', 400),
    "a name twice, inside": (b'{"filter": {"tags": [], "tags": ["a"]}}', 400),
    "NaN": (b'{"text": NaN}', 400),
    "Infinity": (b'{"text": -Infinity}', 400),
    "not UTF-8": (b'{"text": "\xff"}', 400),
    "UTF-16": ('{"text": "a"}'.encode("utf-16"), 400),
    "a BOM": (b"\xef\xbb\xbf{}", 400),
    "a NUL byte": (b'{"text": "\x00"}', 400),
    "a huge number": (b'{"text": ' + b"9" * 100_000 + b"}", 400),
    "deep nesting": (b"[" * 100_000, 400),
    "deep nesting, closed": (b'{"a":' * 900 + b"1" + b"}" * 900, 400),
    "rather deep nesting": (b'{"filter":' + b"[" * 25 + b"]" * 25 + b"}", 400),
    "more than 1 MiB": (b'{"text": "' + b"x" * 1024 * 1024 + b'"}', 413),
    "10 MB": (b" " * 10_000_000, 413),
}


@pytest.mark.parametrize(("body", "status"), BAD_BODIES.values(), ids=BAD_BODIES.keys())
@pytest.mark.parametrize("path", ["/api/clients/", "/api/mailings/", "/api/mailings/audience/"])
def test_a_malformed_body_is_refused(api: Api, path: str, body: bytes, status: int) -> None:
    answer = api.post(path, body)
    # An audience needs no field, so that for it alone no body is an empty one.
    expected = 200 if (path, body) == ("/api/mailings/audience/", b"") else status
    assert answer.status_code == expected, answer.content
    if expected != 200:
        errors_of(answer)


def test_a_body_of_unknown_length_answers_411(api: Api) -> None:
    environ: dict[str, Any] = {"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": ""}
    answer = api.http.generic("POST", "/api/clients/", b"", "application/json", **environ)
    assert (answer.status_code, errors_of(answer)) == (411, {})


@pytest.mark.parametrize("path", ["/api/clients/", "/api/mailings/", "/api/mailings/audience/"])
@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "multipart/form-data; boundary=x",
        "application/xml",
        "application/json; charset=utf-16",
        "application/json; charset=hex",
        "application/json; charset=undefined",
        "json",
        "",
        "a" * 20_000,
    ],
)
def test_a_body_that_is_not_json_answers_415(api: Api, path: str, content_type: str) -> None:
    answer = api.post(path, b"{}", content_type=content_type)
    assert answer.status_code == 415
    assert errors_of(answer) == {}


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=UTF-8", 'application/json;charset="utf-8"']
)
def test_a_content_type_may_name_utf8(api: Api, content_type: str) -> None:
    body = json.dumps(CLIENT).encode()
    assert api.post("/api/clients/", body, content_type=content_type).status_code == 201


BAD_QUERIES: dict[str, list[dict[str, Any]]] = {
    "/api/clients/": [
        {"phone": "123"},
        {"phone": "7٩١٦١٢٣٤٥٦٧"},
        {"operator_code": ""},
        {"tag": "\x00"},
        {"tag": "x" * 256},
        {"timezone": "\x00"},
        {"search": "a\x00"},
        {"ordering": "tag"},
        {"ordering": "-id,id"},
        {"ordering": ""},
        {"status": "sent"},
        {"format": "json"},
        {"": "1"},
        {"search": ["a", "b"]},
    ],
    "/api/mailings/": [
        {"status": "sent"},
        {"status": ""},
        {"start_from": "2030-01-01"},
        {"start_before": "now"},
        {"search": "\x00"},
        {"ordering": "start_at"},
    ],
    "/api/mailings/fullinfo/": [{"status": "running"}, {"page": "2"}],
    "/api/messages/": [
        *({"mailing": value} for value in ["", "0", "-1", "1.0", "x", "٣", "1\x00", str(2**63), "9" * 5000]),
        {"client": str(2**63)},
        {"client": "1e3"},
        {"status": "SENT"},
        {"status": "\x00"},
        *(
            {"created_from": moment}
            for moment in BAD_MOMENTS
            if isinstance(moment, str) and moment != "\ud800"
        ),
        {"created_before": "2030-01-01T00:00:00"},
        {"sent_from": "9999-12-31T23:59:59-23:59"},
        {"sent_before": "x"},
        {"time": "2030-01-01T00:00:00Z"},
        {"mailing": ["1", "x"]},
    ],
}


@pytest.mark.parametrize(
    ("path", "query"),
    [
        pytest.param(path, query, id=f"{path}{query!r:.60}")
        for path, queries in BAD_QUERIES.items()
        for query in queries
    ],
)
def test_a_bad_query_parameter_is_refused(reader: Api, path: str, query: dict[str, Any]) -> None:
    answer = reader.get(path, **query)
    assert answer.status_code == 400
    assert list(errors_of(answer)) == [f"?{name}" for name in query]


@pytest.mark.parametrize(
    "query", ["%", "%FF", "a=%ff%fe", "&" * 2000, "a=1;b=2", "[]=1", "=", "x=1" + "&x=1" * 2000]
)
def test_a_malformed_query_string_causes_no_server_error(reader: Api, query: str) -> None:
    answer = reader.http.get(f"/api/messages/?{query}")
    assert answer.status_code in (200, 400)


@pytest.mark.parametrize(
    "row", ["0", "00", str(2**63 - 1), str(2**63), "9" * 400, "-1", "1.0", "x", "٣", "%00", "%FF", " "]
)
@pytest.mark.parametrize("path", ["clients/{}/", "mailings/{}/", "messages/{}/", "mailings/{}/info/"])
def test_an_invalid_id_is_not_found(reader: Api, path: str, row: str) -> None:
    answer = reader.get("/api/" + path.format(row))
    assert answer.status_code == 404
    assert errors_of(answer) == {}


@pytest.mark.parametrize("row", ["0", str(2**63 - 1), str(2**63)])
def test_an_unknown_mailing_cannot_be_changed(api: Api, row: str) -> None:
    path = f"/api/mailings/{row}/"
    answers = [
        api.put(path, mailing_body()),
        api.patch(path, {"text": "Hello"}),
        api.delete(path),
        *(api.post(f"{path}{action}/") for action in ("pause", "resume", "cancel")),
    ]
    assert [answer.status_code for answer in answers] == [404] * 6
