"""The API as a collection for Postman and Bruno, made of the document: `python -m tests.api.postman`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "tests" / "api" / "openapi.json"
COLLECTION = ROOT / "clients" / "postman.json"
SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
Json = dict[str, Any]


def collection(document: Json) -> Json:
    info = document["info"]
    return {
        "info": {
            "name": info["title"],
            "version": info["version"],
            "description": info["description"],
            "schema": SCHEMA,
        },
        "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{key}}", "type": "string"}]},
        "variable": [{"key": "url", "value": "http://127.0.0.1:8000"}, {"key": "key", "value": ""}],
        "item": [_folder(document, tag) for tag in document["tags"]],
    }


def _folder(document: Json, tag: Json) -> Json:
    items = [_item(*operation) for operation in _operations(document) if tag["name"] in operation[2]["tags"]]
    return {"name": tag["name"], "description": tag["description"], "item": items}


def _operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _item(path: str, method: str, operation: Json) -> Json:
    body, content_type = _body(operation)
    request: Json = {
        "method": method.upper(),
        "description": operation["description"],
        "header": [*content_type, *_parameters(operation, "header")],
        "url": _url(path, operation),
    }
    return {"name": operation["summary"], "request": request | body}


def _body(operation: Json) -> tuple[Json, list[Json]]:
    """The first example of the first media type, and the header that says so."""
    content = operation.get("requestBody", {}).get("content", {})
    for media_type, described in content.items():
        example = next(iter(described["examples"].values()))["value"]
        raw = example if isinstance(example, str) else json.dumps(example, indent=2, ensure_ascii=False)
        return {"body": {"mode": "raw", "raw": raw}}, [{"key": "Content-Type", "value": media_type}]
    return {}, []


def _url(path: str, operation: Json) -> Json:
    parts = path.replace("{", ":").replace("}", "")
    query = _parameters(operation, "query")
    variables = [{"key": each["key"], "value": "1"} for each in _parameters(operation, "path")]
    # Postman keeps the slash at the end as an empty part.
    url: Json = {"raw": "{{url}}" + parts, "host": ["{{url}}"], "path": parts.split("/")[1:]}
    return url | ({"query": query} if query else {}) | ({"variable": variables} if variables else {})


def _parameters(operation: Json, place: str) -> list[Json]:
    """Switched off, for whoever wants them."""
    return [
        {"key": each["name"], "value": "", "description": each.get("description", ""), "disabled": True}
        for each in operation.get("parameters", [])
        if each["in"] == place
    ]


def written(document: Json) -> str:
    return json.dumps(collection(document), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    COLLECTION.write_text(written(json.loads(DOCUMENT.read_text(encoding="utf-8"))), encoding="utf-8")
