"""The page of problems has the kinds and codes that the API can answer with."""

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

from notification_service.api.error_codes import CODES
from notification_service.api.fields import StrictField
from notification_service.api.problem_kinds import KINDS
from notification_service.mailings.gateways import GatewayFault
from tests.api.conftest import Api, stranger  # noqa: F401 (a fixture)
from tests.documents.problems_page import PAGE, page
from tests.documents.test_names import ROOT

CODE = ROOT / "notification_service"


def test_the_page_has_the_kinds_and_codes_of_the_service() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text == page(text), "run: python -m tests.documents.problems_page"


@pytest.mark.django_db
def test_the_service_shows_each_kind_under_the_address_that_is_its_type(stranger: Api) -> None:  # noqa: F811
    shown = stranger.get("/docs/problems/").content.decode()
    assert set(re.findall(r'<h3 id="([^"]+)">', shown)) == set(KINDS)
    assert set(re.findall(r'<tr id="code-([^"]+)">', shown)) == set(CODES)
    assert {kind.uri for kind in KINDS.values()} == {f"/docs/problems/#{name}" for name in KINDS}


def test_every_status_of_an_error_in_the_document_has_a_kind() -> None:
    paths = json.loads((ROOT / "tests" / "api" / "openapi.json").read_text(encoding="utf-8"))["paths"]
    declared = {
        status
        for operations in paths.values()
        for operation in operations.values()
        for status in operation["responses"]
        if status >= "400"
    }
    assert declared <= {str(kind.status) for kind in KINDS.values()}


def test_every_kind_that_the_code_names_is_in_the_table() -> None:
    named = {name for path in CODE.rglob("*.py") for name in _kinds_named(path)}
    assert named - KINDS.keys() == set()


def _kinds_named(path: Path) -> list[str]:
    names = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Subscript(value=ast.Name("KINDS"), slice=ast.Constant(str(name))):
                names.append(name)
            case ast.Call(func=ast.Name("ConflictError"), args=[ast.Constant(str(name)), *_]):
                names.append(name)
            case ast.Call(func=ast.Name("AlreadyExists"), args=[ast.Constant(str(name)), *_]):
                names.append(f"{name}-exists")
    return names


def _fields(of: type[Any] = StrictField) -> list[type[Any]]:
    return [of, *(each for child in of.__subclasses__() for each in _fields(child))]


def test_every_code_of_our_own_fields_is_in_the_table() -> None:
    codes = {code for field in _fields() for code in vars(field).get("default_error_messages", {})}
    assert codes - CODES.keys() == set()


def test_every_code_that_the_code_gives_is_in_the_table() -> None:
    given = set()
    for path in CODE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name("ErrorDetail"), args=[_, ast.Constant(str(code))]):
                    given.add(code)
                case ast.Call(func=ast.Name("InvalidChange"), args=[_, _, ast.Constant(str(code))]):
                    given.add(code)
    assert given
    assert given - CODES.keys() == set()


def test_every_fault_of_a_gateway_is_in_the_table() -> None:
    assert {str(fault) for fault in GatewayFault} - CODES.keys() == set()
