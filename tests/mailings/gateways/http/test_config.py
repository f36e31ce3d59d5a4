"""Settings of a gateway: what is refused, and where."""

from typing import Any

import pytest

from notification_service.mailings.gateways.http import read_config
from tests.mailings.gateways.http.configs import VALID, changed, faults_of

FORM = "application/x-www-form-urlencoded"
BODY = VALID["body"]


def nested(depth: int) -> Any:
    value: Any = "{{phone}}"
    for _ in range(depth):
        value = [value]
    return value


def test_settings_with_everything_are_accepted() -> None:
    config = read_config(VALID)
    assert (config.request.origin, config.provider_id) == ("https://sms.example", ("message", "id"))
    assert config.receipts is not None
    assert config.receipts.id == ("ref",)


@pytest.mark.parametrize(
    "config",
    [
        changed(headers=..., refused=..., not_let_in=..., provider_id=..., receipts=...),
        changed(method="GET", content_type=..., body=..., url="https://a.example/?t={{text}}&p={{phone}}"),
        changed(content_type=FORM, body={"to": "+{{phone}}", "text": "{{text}}", "priority": 1}),
        changed(body=[{"to": "{{phone:number}}"}, "{{text}}", 1, None, True, 2.5]),
        changed(url="http://sms.example:8080"),
        changed(accepted=[{"status": [204]}]),
        changed(accepted=[{"body": {"/error": "none", "/ids/*/id": "any"}}], refused=[{"status": [400]}]),
    ],
)
def test_settings_of_many_shapes_are_accepted(config: dict[str, Any]) -> None:
    assert faults_of(config) == {}


@pytest.mark.parametrize("config", ["text", None, [], 7])
def test_settings_that_are_no_object_are_refused(config: Any) -> None:
    assert faults_of(config) == {"/": "config_wrong"}


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"colour": "red"}, {"/colour": "config_wrong"}),
        ({"url": ...}, {"/url": "url_malformed"}),
        ({"accepted": ...}, {"/accepted": "config_wrong"}),
        ({"accepted": []}, {"/accepted": "config_wrong"}),
        ({"method": "DELETE"}, {"/method": "config_wrong"}),
        ({"method": "GET"}, {"/body": "config_wrong"}),
        ({"url": "ftp://sms.example"}, {"/url": "url_malformed"}),
        ({"url": "https://{{phone}}.example/"}, {"/url": "url_malformed"}),
        ({"url": "https://sms.example/a b"}, {"/url": "url_malformed"}),
        ({"url": "https://sms.example/привет"}, {"/url": "url_malformed"}),
        ({"url": "https://sms.example/#top"}, {"/url": "url_malformed"}),
        ({"url": "https://sms.example/%zz"}, {"/url": "url_malformed"}),
        ({"url": "https://sms.example/" + "a" * 2_000}, {"/url": "url_malformed"}),
        ({"url": "https://sms.example/{{fone}}"}, {"/url": "placeholder_unknown"}),
        ({"url": "https://sms.example/{{phone"}, {"/url": "url_malformed"}),
        ({"body": {**BODY, "x": "{{Phone}}"}}, {"/body/x": "placeholder_unknown"}),
        ({"body": {**BODY, "x": "{{phone"}}, {"/body/x": "placeholder_unknown"}),
        ({"body": {**BODY, "x": "tel {{phone:number}}"}}, {"/body/x": "placeholder_unknown"}),
        ({"body": {**BODY, "{{phone}}": 1}}, {"/body/{{phone}}": "placeholder_unknown"}),
        ({"body": {"text": "{{text}}"}, "url": "https://a.example"}, {"/body": "placeholder_missing"}),
        ({"body": {"to": "{{phone}}"}}, {"/body": "placeholder_missing"}),
        ({"body": "{{phone}} {{text}}"}, {"/body": "config_wrong"}),
        ({"body": nested(40)}, {"/body" + "/0" * 15: "config_wrong"}),
        ({"body": {**BODY, "x": "x" * 1_000_000}}, {"/": "config_too_large"}),
        ({"body": {**BODY, "x": "\0"}}, {"/": "config_wrong"}),
        ({"body": {**BODY, "x": "\\u0000"}}, {}),
        ({"body": {**BODY, "x": "\ud800"}}, {"/": "config_wrong"}),
        ({"body": {**BODY, "x": float("inf")}}, {"/": "config_wrong"}),
        ({"content_type": ...}, {"/content_type": "config_wrong"}),
        ({"content_type": "text/xml"}, {"/content_type": "config_wrong"}),
        ({"content_type": FORM, "body": {**BODY, "x": ["a"]}}, {"/body/x": "config_wrong"}),
        ({"content_type": FORM, "body": [1]}, {"/body": "config_wrong"}),
        ({"body": ...}, {"/content_type": "config_wrong"}),
        ({"headers": {"X-Key": "a\r\nX-Other: b"}}, {"/headers/X-Key": "header_unsendable"}),
        ({"headers": {"X-Key": "ключ"}}, {"/headers/X-Key": "header_unsendable"}),
        ({"headers": {"X Key": "a"}}, {"/headers/X Key": "header_unsendable"}),
        ({"headers": {"": "a"}}, {"/headers/": "header_unsendable"}),
        ({"headers": {"Content-Length": "1"}}, {"/headers/Content-Length": "header_unsendable"}),
        ({"headers": {"host": "other.example"}}, {"/headers/host": "header_unsendable"}),
        (
            {"headers": {"A": "1", "a": "2"}},
            {"/headers/A": "header_unsendable", "/headers/a": "header_unsendable"},
        ),
        ({"headers": {"X-Key": 1}}, {"/headers/X-Key": "config_wrong"}),
        ({"headers": ["X-Key"]}, {"/headers": "config_wrong"}),
        ({"provider_id": "message/id"}, {"/provider_id": "pointer_malformed"}),
        ({"provider_id": ""}, {"/provider_id": "pointer_malformed"}),
        ({"provider_id": "/a~2b"}, {"/provider_id": "pointer_malformed"}),
        ({"provider_id": 7}, {"/provider_id": "pointer_malformed"}),
        ({"accepted": [{}]}, {"/accepted/0": "config_wrong"}),
        ({"accepted": ["ok"]}, {"/accepted/0": "config_wrong"}),
        ({"accepted": {"status": [200]}}, {"/accepted": "config_wrong"}),
        ({"accepted": [{"status": [200], "code": 1}]}, {"/accepted/0/code": "config_wrong"}),
        ({"accepted": [{"status": 200}]}, {"/accepted/0/status": "config_wrong"}),
        ({"accepted": [{"status": [True]}]}, {"/accepted/0/status": "config_wrong"}),
        ({"accepted": [{"status": [99]}]}, {"/accepted/0/status": "config_wrong"}),
        ({"accepted": [{"body": {"status": ["ok"]}}]}, {"/accepted/0/body/status": "pointer_malformed"}),
        ({"accepted": [{"body": {"/status": "ok"}}]}, {"/accepted/0/body//status": "config_wrong"}),
        ({"accepted": [{"body": {"/status": []}}]}, {"/accepted/0/body//status": "config_wrong"}),
        ({"accepted": [{"body": {"/status": [{}]}}]}, {"/accepted/0/body//status": "config_wrong"}),
        ({"accepted": [{"body": {}}]}, {"/accepted/0/body": "config_wrong"}),
        ({"receipts": {"delivered": {"/s": [1]}, "undelivered": {"/s": [2]}}}, {"/receipts": "config_wrong"}),
        (
            {"receipts": {"id": "/id", "delivered": {"/s": [1, 2]}, "undelivered": {"/s": [2, 3]}}},
            {"/receipts/undelivered": "rules_overlap"},
        ),
        ({"receipts": {"id": "/id", "delivered": {"/s": [1]}}}, {"/receipts/undelivered": "config_wrong"}),
        ({"receipts": "/id"}, {"/receipts": "config_wrong"}),
    ],
)
def test_what_is_wrong_is_refused_where_it_is(changes: dict[str, Any], faults: dict[str, str]) -> None:
    assert faults_of(changed(**changes)) == faults


def test_all_that_is_wrong_is_told_at_once() -> None:
    wrong = changed(method="NO", url="x", headers={"a b": "c"}, provider_id="id", accepted=[{"status": [1]}])
    assert sorted(faults_of(wrong)) == [
        "/accepted/0/status",
        "/headers/a b",
        "/method",
        "/provider_id",
        "/url",
    ]
