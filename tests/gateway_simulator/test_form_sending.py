from http.client import IncompleteRead, RemoteDisconnected

import pytest

from tests.gateway_simulator.running import FORM_PATH, FORM_TYPE, PHONE, form_body, simulator


def test_a_posted_form_answers_success_and_is_recorded() -> None:
    with simulator() as gateway:
        answer = gateway.send_form(7, text="Добрый <b>день</b> & 50%")
        assert (answer.status, answer.json) == (200, {"id": 7, "cnt": 1})
        [request] = gateway.requests()
    assert request["received_at"] > 1_700_000_000
    del request["received_at"]
    text = "Добрый <b>день</b> & 50%"
    assert request == {"seq": 1, "msg_id": 7, "phone": PHONE, "text": text, "answer": "200"}


def test_the_json_and_the_form_api_have_the_same_ledger() -> None:
    with simulator() as gateway:
        gateway.send(7)
        gateway.send_form(7)
        stats = gateway.stats()
    assert (stats["requests"], stats["accepted"], stats["duplicates"]) == (2, 1, 1)


def test_only_the_configured_login_is_authorised() -> None:
    with simulator(token="someone:secret") as gateway:
        answers = [
            gateway.send_form(7, login="someone", psw="wrong"),
            gateway.send_form(7, apikey="any"),
            gateway.send_form(7, login="someone", psw="secret"),
        ]
        assert [answer.json.get("error_code") for answer in answers] == [2, 2, None]
        assert gateway.stats()["answers"] == {"200": 1, "error_2": 2}


def test_a_broken_form_is_refused_with_an_error_code() -> None:
    with simulator() as gateway:
        answer = gateway.ask("POST", FORM_PATH, b"mes=x", content_type=FORM_TYPE)
        assert (answer.status, answer.json["error_code"]) == (200, 1)
        assert gateway.stats()["accepted"] == 0


@pytest.mark.parametrize(
    ("method", "content_type", "status"),
    [("GET", FORM_TYPE, 405), ("POST", "application/json", 415), ("POST", "", 415)],
)
def test_only_a_posted_form_is_taken(method: str, content_type: str, status: int) -> None:
    with simulator() as gateway:
        assert gateway.ask(method, FORM_PATH, form_body(7), content_type=content_type).status == status


@pytest.mark.parametrize("code", range(1, 10))
def test_an_error_fault_answers_in_the_format_of_each_api(code: int) -> None:
    with simulator(faults={f"error_{code}": 1}) as gateway:
        assert gateway.send_form(7).json == {"error": "not today", "error_code": code}
        assert gateway.send(7).json == {"code": code, "message": "not today"}
        assert gateway.stats()["accepted"] == 0


@pytest.mark.parametrize("status", [204, 401, 429, 503])
def test_a_status_fault_answers_a_form_with_its_status(status: int) -> None:
    with simulator(faults={str(status): 1}) as gateway:
        assert gateway.send_form(7).status == status


def test_the_wrong_code_huge_and_nonsense_faults_answer_outside_the_error_table() -> None:
    with simulator(faults={"wrong_code": 1}) as gateway:
        assert gateway.send_form(7).json["error_code"] == 99
        gateway.behave(faults={"huge": 1})
        assert len(gateway.send_form(7).body) > 64 * 1024
        gateway.behave(faults={"nonsense": 1})
        assert gateway.send_form(7).body.startswith(b"<html>")


def test_the_trickle_fault_answers_a_form_with_a_success_in_small_pieces() -> None:
    with simulator(faults={"trickle": 1}, trickle_ms=0.1) as gateway:
        assert gateway.send_form(7).json == {"id": 7, "cnt": 1}
        assert gateway.stats()["accepted"] == 1


def test_the_connection_faults_break_the_connection_of_a_form() -> None:
    with simulator(faults={"truncated": 1}) as gateway:
        with pytest.raises(IncompleteRead):
            gateway.send_form(7)
        gateway.behave(faults={"drop": 1})
        with pytest.raises(RemoteDisconnected):
            gateway.send_form(7)
        gateway.behave(faults={"reset": 1})
        with pytest.raises(ConnectionResetError):
            gateway.send_form(7)
