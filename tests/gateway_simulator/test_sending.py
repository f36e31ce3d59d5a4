import pytest

from tests.gateway_simulator.running import PHONE, send_body, simulator


def test_a_valid_message_answers_success_and_is_recorded() -> None:
    with simulator() as gateway:
        answer = gateway.send(7, text="Добрый <b>день</b>")
        assert (answer.status, answer.json) == (200, {"code": 0, "message": "OK"})
        assert answer.headers["Content-Type"] == "application/json"
        [request] = gateway.requests()
    assert request.pop("received_at") > 1_700_000_000
    text = "Добрый <b>день</b>"
    assert request == {"seq": 1, "msg_id": 7, "phone": PHONE, "text": text, "answer": "200"}


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer ", "Basic any", "any", "Bearerany"])
def test_a_request_without_a_bearer_token_answers_401(authorization: str) -> None:
    with simulator() as gateway:
        answer = gateway.ask("POST", "/v1/send/7", send_body(7), authorization=authorization)
        assert answer.status == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert gateway.stats()["answers"] == {"401": 1}


def test_only_the_configured_token_is_authorised() -> None:
    with simulator(token="right") as gateway:
        assert [gateway.send(7, token=token).status for token in ("wrong", "righ", "right")] == [
            401,
            401,
            200,
        ]
        assert gateway.ask("POST", "/v1/send/8", send_body(8), authorization="bearer right").status == 200


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/send/7", b'{"id": 8, "phone": 1, "text": "x"}'),
        ("/v1/send/7", b'{"id": 7, "phone": "1", "text": "x"}'),
        ("/v1/send/7", b""),
        ("/v1/send/007", send_body(7)),
        ("/v1/send/%37", send_body(7)),
        ("/v1/send/seven", send_body(7)),
    ],
)
def test_a_message_that_breaks_the_contract_answers_400(path: str, body: bytes) -> None:
    with simulator() as gateway:
        answer = gateway.ask("POST", path, body, authorization="Bearer any")
        assert answer.status == 400
        assert answer.json["code"] == 400
        assert gateway.stats()["accepted"] == 0


@pytest.mark.parametrize(
    ("content_type", "status"),
    [("application/json", 200), ("Application/JSON; charset=utf-8", 200), ("text/plain", 415), ("", 415)],
)
def test_a_body_of_another_content_type_is_refused(content_type: str, status: int) -> None:
    with simulator() as gateway:
        headers = {"authorization": "Bearer any", "content_type": content_type}
        assert gateway.ask("POST", "/v1/send/7", send_body(7), **headers).status == status


@pytest.mark.parametrize("path", ["/v1/send/", "/v1/send", "/v1/send/7/", "/v1/send/7/8", "/v2/send/7", "/x"])
def test_every_other_path_answers_404(path: str) -> None:
    with simulator() as gateway:
        assert gateway.ask("POST", path, send_body(7), authorization="Bearer any").status == 404
        assert gateway.stats()["answers"] == {"404": 1}


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/v1/send/7", "POST"),
        ("PUT", "/v1/send/7", "POST"),
        ("OPTIONS", "/v1/send/7", "POST"),
        ("POST", "/", "GET"),
        ("POST", "/_simulator/behaviour", "GET, PUT"),
        ("PUT", "/_simulator/requests", "GET, DELETE"),
    ],
)
def test_a_405_lists_the_allowed_methods(method: str, path: str, allowed: str) -> None:
    with simulator() as gateway:
        answer = gateway.ask(method, path)
        assert (answer.status, answer.headers["Allow"]) == (405, allowed)


def test_a_query_string_is_ignored() -> None:
    with simulator() as gateway:
        answer = gateway.ask("POST", "/v1/send/7?x=/y", send_body(7), authorization="Bearer any")
        assert answer.status == 200
