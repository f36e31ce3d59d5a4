"""Files of clients that are imported in the background, through the API as in the console."""

import csv
from typing import Any

import pytest

from notification_service.directory.models import Client, ClientUpload
from notification_service.mailings.client_uploads import take_waiting
from tests.api.answers import body_of, errors_of
from tests.api.conftest import Api
from tests.audit.entries import entries_of

pytestmark = pytest.mark.django_db
by_a_worker = pytest.mark.django_db(transaction=True)  # it reads the file over a session of its own

PATH = "/api/v1/imports/"
REASON, LINE = "Rejected: reason", "Rejected: line"
BAD_PHONE = "phone must be 7 and ten more digits."
FILE = b"phone,timezone\n79161234567,Europe/Moscow\n7926,MSK\n"


def send(api: Api, content: bytes = FILE, query: str = "", **headers: Any) -> Any:
    return api.send("POST", f"{PATH}{query}", content, content_type="text/csv", **headers)


@by_a_worker
def test_a_file_is_imported_by_a_worker_and_its_rejected_lines_can_be_listed(api: Api) -> None:
    with entries_of() as entries:
        answer = send(api, query="?name=clients.csv")
    made = body_of(answer)
    assert (answer.status_code, made["status"], made["file_name"]) == (201, "waiting", "clients.csv")
    assert [entry.action for entry in entries] == ["import.uploaded", "import.started"]
    take_waiting()
    done = body_of(api.get(answer["Location"]))
    assert (done["status"], done["created"], done["rejected"], done["bytes_done"]) == (
        "finished",
        1,
        1,
        len(FILE),
    )
    [line] = body_of(api.get(f"{PATH}{done['id']}/rejected/"))["results"]
    assert (line["line"], line["field"], line["text"]) == (3, "phone", "7926,MSK")
    assert [each["id"] for each in body_of(api.get(PATH))["results"]] == [done["id"]]


@by_a_worker
@pytest.mark.parametrize(
    ("file", "rows"),
    [
        (
            b"phone;timezone;city\n79161234567;UTC;Kazan\n7926;UTC;=1+1\n",
            [["phone", "timezone", "city", REASON, LINE], ["7926", "UTC", "'=1+1", BAD_PHONE, "3"]],
        ),
        (
            b'{"phone": "7926", "timezone": "UTC"}\n',
            [["content", REASON, LINE], ['{"phone": "7926", "timezone": "UTC"}', BAD_PHONE, "1"]],
        ),
    ],
    ids=["csv", "ndjson"],
)
def test_the_rejected_lines_come_as_a_csv_without_formulas(
    api: Api, file: bytes, rows: list[list[str]]
) -> None:
    content_type = "text/csv" if file.startswith(b"phone") else "application/x-ndjson"
    made = body_of(api.send("POST", PATH, file, content_type=content_type))
    take_waiting()
    with entries_of() as entries:
        answer = api.get(f"{PATH}{made['id']}/rejected.csv")
    assert (answer["Content-Type"], answer.streaming) == ("text/csv; charset=utf-8", True)
    assert answer["Content-Disposition"] == f'attachment; filename="import-{made["id"]}-rejected.csv"'
    separator = ";" if content_type == "text/csv" else ","
    lines = answer.getvalue().decode().splitlines()
    assert list(csv.reader(lines, delimiter=separator)) == rows
    assert [(entry.action, entry.object_id) for entry in entries] == [
        ("import.rejected_exported", made["id"])
    ]


def test_there_are_no_rejected_lines_of_an_import_that_is_not_there(api: Api) -> None:
    assert api.get(f"{PATH}1/rejected.csv").status_code == 404


@by_a_worker
def test_a_file_can_be_looked_at_and_explained_before_it_is_started(api: Api) -> None:
    made = body_of(send(api, b"who,city\n79161234567,Kazan\n", "?start=false"))
    path = f"{PATH}{made['id']}/"
    assert (made["status"], made["names"], made["columns"]) == ("ready", ["who", "city"], ["", ""])
    assert body_of(api.get(f"{path}preview/"))["problem"].startswith("No column is taken for `phone`")
    assert api.post(f"{path}start/").status_code == 409
    choices = {"columns": ["phone", "attribute"], "timezone": "Europe/Moscow", "tag": "new", "tags": "add"}
    changed = body_of(api.patch(path, choices))
    assert {name: changed[name] for name in choices} == choices
    seen = body_of(api.get(f"{path}preview/"))
    assert (seen["problem"], seen["rejections"], seen["rows"][0]["cells"]) == (
        "",
        [],
        ["79161234567", "Kazan"],
    )
    assert body_of(api.post(f"{path}start/"))["status"] == "waiting"
    assert body_of(api.post(f"{path}start/"))["status"] == "waiting"
    take_waiting()
    client = Client.objects.get()
    assert (client.attributes, client.tags, client.timezone) == ({"city": "Kazan"}, ["new"], "Europe/Moscow")


def test_an_import_that_is_cancelled_takes_nothing_more(api: Api) -> None:
    path = f"{PATH}{body_of(send(api))['id']}/"
    assert body_of(api.post(f"{path}cancel/"))["status"] == "cancelled"
    take_waiting()
    assert not Client.objects.exists()
    assert body_of(api.post(f"{path}cancel/"))["status"] == "cancelled"
    assert {api.post(f"{path}start/").status_code, api.patch(path, {"tag": "x"}).status_code} == {409}


def test_the_zones_of_a_file_mean_what_the_caller_says(api: Api) -> None:
    made = body_of(send(api, b"phone,timezone\n79161234567,Somewhere\n", "?start=false"))
    [zone] = made["zones"]
    assert (zone["written"], zone["rows"], zone["zone"]) == ("Somewhere", 1, "")
    changed = body_of(api.patch(f"{PATH}{made['id']}/", {"zones": {"Somewhere": "Asia/Omsk"}}))
    assert changed["zones"][0]["zone"] == "Asia/Omsk"


def test_the_same_file_is_imported_once_at_a_time(api: Api) -> None:
    first, second = send(api), send(api)
    assert (second.status_code, body_of(second)["type"]) == (409, "/docs/problems/#import-exists")
    assert body_of(second)["existing"]["id"] == body_of(first)["id"]
    assert ClientUpload.objects.count() == 1


def test_a_repeated_request_gets_the_import_that_it_started(api: Api) -> None:
    first, second = (send(api, FILE, **{"Idempotency-Key": "one"}) for _ in range(2))
    assert (second.status_code, second["Idempotency-Replayed"]) == (201, "true")
    assert body_of(second)["id"] == body_of(first)["id"]
    assert send(api, FILE + b"\n", **{"Idempotency-Key": "one"}).status_code == 422
    assert ClientUpload.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\n", "empty"),
        (b"PK\x03\x04rest of a spreadsheet", ""),
        (b"who,city\n79161234567,Kazan\n", "No column is taken for `phone`"),
    ],
)
def test_a_file_that_cannot_be_imported_is_refused_and_not_kept(api: Api, content: bytes, said: str) -> None:
    answer = send(api, content, "?name=x")
    assert (answer.status_code, said in body_of(answer)["detail"]) == (400, True)
    assert not ClientUpload.objects.exists()


@pytest.mark.parametrize("query", ["start=yes", "tags=both", "timezone=Moscow", "name=", "rows=1"])
def test_a_wrong_parameter_is_refused_by_its_name(api: Api, query: str) -> None:
    answer = send(api, query=f"?{query}")
    assert (answer.status_code, list(errors_of(answer))) == (400, [f"?{query.partition('=')[0]}"])
    assert not ClientUpload.objects.exists()


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"columns": ["phone"]}, "#/columns"),
        ({"columns": ["phone", "password"]}, "#/columns"),
        ({"encoding": "latin-1"}, "#/encoding"),
        ({"one_timezone": True}, "#/one_timezone"),
        ({"zones": {"MSK": "Mars"}}, "#/zones/MSK"),
        ({"status": "finished"}, "#/status"),
    ],
)
def test_a_wrong_choice_is_refused_with_a_pointer(api: Api, change: dict[str, Any], pointer: str) -> None:
    path = f"{PATH}{body_of(send(api, query='?start=false'))['id']}/"
    before = body_of(api.get(path))
    answer = api.patch(path, change)
    assert (answer.status_code, set(errors_of(answer))) == (400, {pointer})
    assert body_of(api.get(path)) == before


def test_a_file_that_is_too_large_is_refused_and_not_kept(api: Api, settings: Any) -> None:
    settings.IMPORT_MAX_MB = 1
    assert send(api, FILE + b"x" * 1024 * 1024).status_code == 413
    assert not ClientUpload.objects.exists()
    assert api.post(PATH, {"clients": []}).status_code == 415
