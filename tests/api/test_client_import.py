import io

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.test import RequestFactory

from notification_service.api.views.client_import import ClientImportView
from tests.api.answers import body_of, errors_of
from tests.api.conftest import Api
from tests.directory.importing.files import directory
from tests.factories import make_client

pytestmark = pytest.mark.django_db

URL = "/api/clients/import/"
CSV = b"phone,timezone\n79160000001,Asia/Omsk\n12,Asia/Omsk\n"


def test_an_import_takes_the_valid_lines_and_reports_the_rejected_lines(api: Api) -> None:
    answer = api.post(URL, CSV, content_type="text/csv")
    assert (answer.status_code, body_of(answer)) == (
        200,
        {
            "received": 2,
            "created": 1,
            "updated": 0,
            "unchanged": 0,
            "rejected": 1,
            "errors": [{"line": 3, "reason": "phone must be 7 and ten more digits.", "field": "phone"}],
            "errors_truncated": False,
        },
    )


def test_an_import_takes_ndjson(api: Api) -> None:
    body = b'{"phone": "79160000001", "timezone": "Asia/Omsk"}'
    assert body_of(api.post(URL, body, content_type="application/x-ndjson; charset=UTF-8"))["created"] == 1


@pytest.mark.parametrize("body", [b"\n", b"phone,age\n", b"\x1f\x8b"])
def test_a_file_without_clients_is_refused(api: Api, body: bytes) -> None:
    answer = api.post(URL, body, content_type="text/csv")
    assert answer.status_code == 400
    assert errors_of(answer) == {}
    assert body_of(answer)["detail"].startswith(("The file is empty", "The first line", "This is a gzip"))


@pytest.mark.parametrize("content_type", ["", "text/plain", "text/csv; charset=koi8-r"])
def test_a_file_of_another_content_type_answers_415(api: Api, content_type: str) -> None:
    answer = api.post(URL, CSV, content_type=content_type)
    assert (answer.status_code, errors_of(answer)) == (415, {})


@pytest.mark.parametrize(
    ("query", "tags"),
    [("", ["vip"]), ("?tags=replace", ["vip"]), ("?tags=add", ["old", "vip"])],
)
def test_the_tags_of_a_file_replace_those_of_a_client_or_are_added(
    api: Api, query: str, tags: list[str]
) -> None:
    make_client(phone="79160000001", timezone="Asia/Omsk", tags=["old"])
    body = b"phone,timezone,tags\n79160000001,Asia/Omsk,vip\n"
    assert body_of(api.post(URL + query, body, content_type="text/csv"))["updated"] == 1
    assert directory("tags") == [(tags,)]


@pytest.mark.parametrize("query", ["tags=keep", "tags=", "tags=ADD", "tags=add&tags=add"])
def test_an_unknown_way_with_tags_is_refused_before_the_file_is_read(api: Api, query: str) -> None:
    answer = api.post(f"{URL}?{query}", CSV, content_type="text/csv")
    assert (answer.status_code, set(errors_of(answer))) == (400, {"?tags"})
    assert directory("phone") == []


def test_an_import_needs_a_write_key(reader: Api, stranger: Api) -> None:
    assert reader.post(URL, CSV, content_type="text/csv").status_code == 403
    assert stranger.post(URL, CSV, content_type="text/csv").status_code == 401
    assert directory("phone") == []


def test_a_browser_gets_the_result_of_an_import_as_a_page(api: Api) -> None:
    answer = api.post(URL, CSV, content_type="text/csv", Accept="text/html")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/html; charset=utf-8")


def test_an_unknown_parameter_is_refused(api: Api) -> None:
    assert errors_of(api.post(f"{URL}?dry_run=1", CSV, content_type="text/csv")) == {
        "?dry_run": "There is no such parameter."
    }


def test_an_upload_that_breaks_off_is_refused(write_key: str) -> None:
    answer = ClientImportView.as_view()(upload(CSV[:-5], write_key, CONTENT_LENGTH=str(len(CSV))))
    assert answer.status_code == 400
    assert "5 of 50 bytes did not arrive" in answer.data["detail"]
    assert directory("phone") == []


def test_a_body_of_unknown_length_is_taken_if_the_server_marks_its_end(write_key: str) -> None:
    chunked = {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"}
    known_end = upload(CSV, write_key, **chunked, **{"wsgi.input_terminated": True})
    assert ClientImportView.as_view()(known_end).data["created"] == 1
    assert ClientImportView.as_view()(upload(CSV, write_key, **chunked)).status_code == 411


def test_a_body_of_unknown_length_must_end_its_last_line(write_key: str) -> None:
    chunked = {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}
    answer = ClientImportView.as_view()(upload(CSV[:-1], write_key, **chunked))
    assert (answer.status_code, directory("phone")) == (400, [])


def upload(body: bytes, key: str, **environ: object) -> WSGIRequest:
    headers = {
        "HTTP_AUTHORIZATION": f"Bearer {key}",
        "CONTENT_TYPE": "text/csv",
        "wsgi.input": io.BytesIO(body),
    }
    return RequestFactory().generic("POST", URL, **headers, **environ)  # type: ignore[arg-type]


def test_an_import_takes_clients_as_json(api: Api) -> None:
    rows = [
        {
            "phone": "+7 916 123-45-67",
            "timezone": "Europe/Moscow",
            "tag": "vip",
            "attributes": {"name": "Anna"},
        },
        {"phone": "7926", "timezone": "Asia/Omsk"},
        {"phone": "79261234567", "timezone": "Asia/Omsk"},
    ]
    result = body_of(api.post("/api/v1/clients/import/", {"clients": rows}))
    assert (result["received"], result["created"], result["rejected"]) == (3, 2, 1)
    assert [(error["line"], error["field"]) for error in result["errors"]] == [(2, "phone")]
    again = body_of(api.post("/api/v1/clients/import/", {"clients": [rows[0]]}))
    assert (again["created"], again["unchanged"]) == (0, 1)


@pytest.mark.parametrize(
    "row",
    [7, None, [], "x", {"phone": 7}, {"colour": "red"}, {}, {"phone": "\0"}, {"phone": "\ud800"}, [[[[]]]]],
)
def test_a_row_of_json_that_is_no_client_is_rejected_alone(api: Api, row: object) -> None:
    good = {"phone": "79261234567", "timezone": "UTC"}
    result = body_of(api.post("/api/v1/clients/import/", {"clients": [good, row]}))
    assert (result["created"], result["rejected"], result["errors"][0]["line"]) == (1, 1, 2)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ([], "#"),
        ({}, "#"),
        ({"clients": [], "more": 1}, "#"),
        ({"clients": {}}, "#/clients"),
        ({"clients": [{}] * 1001}, "#/clients"),
    ],
)
def test_json_that_is_no_list_of_up_to_a_thousand_clients_is_refused(
    api: Api, body: object, pointer: str
) -> None:
    answer = api.post("/api/v1/clients/import/", body)
    assert (answer.status_code, list(errors_of(answer))) == (400, [pointer])
