"""Clients that common generators make of the document: without a warning, and right in their types.

Each part is skipped where its tool is not installed: `openapi-python-client`, `datamodel-codegen`,
`openapi-typescript` with `tsc`, `oapi-codegen` and `ogen` with `go`.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from notification_service.mailings.models import Mailing
from tests.depth import IS_DEEP

pytestmark = pytest.mark.skipif(
    not IS_DEEP, reason="of `make test-deep`: compiles what five generators write"
)

DOCUMENT = Path(__file__).parent / "openapi.json"
OVERRIDES = """
content_type_overrides: {text/csv: application/octet-stream, application/x-ndjson: application/octet-stream}
post_hooks: []
"""
USE_IN_TYPESCRIPT = """
import type { components } from "./api";
const client: components["schemas"]["DirectoryClientRequest"] = { phone: "79161234567", timezone: "UTC" };
const mailing: components["schemas"]["MailingRequest"] = { text: "Hello", start_at: "", end_at: "" };
export { client, mailing };
"""
USE_IN_PYTHON = """
from made.api.mailings import mailings_create, mailings_info
from made.client import AuthenticatedClient
from made.models import DirectoryClientRequest, Mailing, MailingInfo, NewMailingRequest

def run(client: AuthenticatedClient, request: NewMailingRequest) -> MailingInfo | None:
    made = mailings_create.sync(client=client, body=request)
    assert isinstance(made, Mailing)
    info = mailings_info.sync(made.id, client=client)
    return info if isinstance(info, MailingInfo) else None

someone = DirectoryClientRequest(phone="79161234567", timezone="UTC")
"""
USE_IN_GO = """
package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"
	"time"

	"example.com/run/api"
)

func main() {
	withKey := api.WithRequestEditorFn(func(_ context.Context, request *http.Request) error {
		request.Header.Set("Authorization", "Bearer "+os.Getenv("API_KEY"))
		return nil
	})
	client, err := api.NewClientWithResponses(os.Getenv("API_URL"), withKey)
	if err != nil {
		log.Fatal(err)
	}
	text, now := "Hello", time.Now()
	wanted := api.NewMailingRequest{Text: &text, StartAt: now, EndAt: now.Add(time.Hour)}
	made, err := client.MailingsCreateWithResponse(context.Background(), nil, wanted)
	if err != nil || made.JSON201 == nil {
		log.Fatal(err, string(made.Body))
	}
	found, err := client.MailingsInfoWithResponse(context.Background(), *made.JSON201.Id)
	if err != nil || found.JSON200 == nil {
		log.Fatal(err, string(found.Body))
	}
	fmt.Print(found.JSON200.Text)
}
"""
# What ogen says of any document with problems of RFC 9457, and with header names as RFC 9110 writes them.
OF_OGEN = ("Header name is not canonical", 'Ensuring "status" matching HTTP status code')


def tool(name: str) -> str:
    return shutil.which(name) or pytest.skip(f"{name} is not installed")


def run(*command: str | Path, folder: Path, **variables: str) -> str:
    """Return what it said; it must succeed."""
    environ = {**os.environ, "NO_COLOR": "1", "GOFLAGS": "-modcacherw", **variables}
    said = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr
    return said.stdout + said.stderr


def check_types(*paths: str, folder: Path) -> None:
    """With the interpreter that has what the generated code imports."""
    python = Path(tool("openapi-python-client")).parent / "python"
    mypy = (python, "-m", "mypy") if python.exists() else (sys.executable, "-m", "mypy")
    run(*mypy, "--strict", "--cache-dir", folder / "cache", *paths, folder=folder)


def test_openapi_python_client_makes_a_client_that_runs_a_mailing(tmp_path: Path) -> None:
    (tmp_path / "config.yml").write_text(OVERRIDES)
    options = ("--path", DOCUMENT, "--config", "config.yml", "--meta", "none", "--output-path", "made")
    said = run(tool("openapi-python-client"), "generate", *options, folder=tmp_path)
    assert "WARNING" not in said.upper(), said
    (tmp_path / "use.py").write_text(USE_IN_PYTHON)
    check_types("made", "use.py", folder=tmp_path)


def test_datamodel_codegen_makes_models_of_pydantic(tmp_path: Path) -> None:
    kind = ("--input-file-type", "openapi", "--output-model-type", "pydantic_v2.BaseModel", "--use-annotated")
    literals = ("--enum-field-as-literal", "all")  # it would number the enumerations of fields with one name
    options = ("--input", DOCUMENT, "--output", "models.py", "--formatters", "builtin", *kind, *literals)
    said = run(tool("datamodel-codegen"), *options, folder=tmp_path)
    assert "warning" not in said.lower(), said
    check_types("models.py", folder=tmp_path)


def test_openapi_typescript_makes_types_in_which_a_default_may_be_left_out(tmp_path: Path) -> None:
    said = run(tool("openapi-typescript"), DOCUMENT, "-o", "api.d.ts", folder=tmp_path)
    assert "warn" not in said.lower(), said
    (tmp_path / "use.ts").write_text(USE_IN_TYPESCRIPT)
    run(tool("tsc"), "--noEmit", "--strict", "use.ts", "api.d.ts", folder=tmp_path)


@pytest.mark.django_db(transaction=True)
def test_oapi_codegen_makes_a_client_that_runs_a_mailing(
    tmp_path: Path, live_server: Any, write_key: str
) -> None:
    (tmp_path / "api").mkdir()
    (tmp_path / "main.go").write_text(USE_IN_GO)
    options = ("-generate", "types,client", "-package", "api", "-o", "api/api.go", DOCUMENT)
    said = run(tool("oapi-codegen"), *options, folder=tmp_path)
    assert "warn" not in said.lower(), said
    compile_go(tmp_path)
    at = {"API_URL": live_server.url, "API_KEY": write_key}
    assert run(tool("go"), "run", ".", folder=tmp_path, **at) == "Hello"
    assert Mailing.objects.get().text == "Hello"


def test_ogen_makes_a_client_that_compiles(tmp_path: Path) -> None:
    document = json.loads(DOCUMENT.read_text())
    # It cannot follow a condition within a condition (`docs/reference/api.md` says so).
    document["components"]["schemas"]["Condition"] = {"type": "object", "additionalProperties": True}
    (tmp_path / "openapi.json").write_text(json.dumps(document))
    options = ("--target", "api", "--package", "api", "--clean", "openapi.json")
    said = run(tool("ogen"), *options, folder=tmp_path)
    warnings = [line for line in said.splitlines() if "WARN" in line]
    assert [line for line in warnings if not any(words in line for words in OF_OGEN)] == []
    compile_go(tmp_path / "api")


def compile_go(folder: Path) -> None:
    go = tool("go")
    if not (folder / "go.mod").exists():
        run(go, "mod", "init", "example.com/run", folder=folder)
    run(go, "mod", "tidy", folder=folder)
    run(go, "vet", "./...", folder=folder)
