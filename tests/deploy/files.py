"""The files of a deployment, read as what they are."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
KUBERNETES = ROOT / "deploy" / "kubernetes"


def text_of(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def compose() -> dict[str, Any]:
    services: dict[str, Any] = yaml.safe_load(text_of("compose.yaml"))
    return services


def our_services() -> dict[str, Any]:
    """The services of our image, by name."""
    return {name: service for name, service in compose()["services"].items() if "build" in service}


def manifests() -> list[Any]:
    """Every Kubernetes object as it is written, without what kustomize makes of it."""
    files = [path for path in KUBERNETES.rglob("*.yaml") if path.name != "kustomization.yaml"]
    return [item for path in sorted(files) for item in yaml.safe_load_all(path.read_text(encoding="utf-8"))]


def workloads() -> dict[str, Any]:
    """The pod templates' specs, by their workload's name."""
    kinds = ("Deployment", "StatefulSet", "Job")
    found = [item for item in manifests() if item["kind"] in kinds]
    return {item["metadata"]["name"]: item["spec"]["template"]["spec"] for item in found}


def containers(pod: Any) -> list[Any]:
    return [*pod.get("initContainers", []), *pod["containers"]]


def our_containers() -> Iterator[Any]:
    every = (container for pod in workloads().values() for container in containers(pod))
    return (container for container in every if container["image"] == "notification-service")


def literals(*folders: str) -> dict[str, str]:
    """The settings that kustomize makes a ConfigMap of; those of the last folder win."""
    files = [text_of(f"deploy/kubernetes/{folder}/kustomization.yaml") for folder in folders]
    made = [generator for text in files for generator in yaml.safe_load(text).get("configMapGenerator", [])]
    pairs = [literal.partition("=") for generator in made for literal in generator["literals"]]
    return {name: value for name, _, value in pairs}


def names_read_by_settings() -> set[str]:
    """The variables that settings read, which all do so by a method of `env`, or it by its own."""
    package = ROOT / "notification_service"
    found = [
        re.findall(r'\b(?:env|self)\.\w+\(\s*"([A-Z_]+)"', path.read_text(encoding="utf-8"))
        for path in (*package.glob("*.py"), *package.glob("settings/*.py"))
    ]
    return {name for names in found for name in names}


def names_in_env_example() -> set[str]:
    return set(re.findall(r"^#?([A-Z_]+)=", text_of(".env.example"), flags=re.MULTILINE))


def required_python() -> str:
    project = tomllib.loads(text_of("pyproject.toml"))["project"]
    requirement: str = project["requires-python"]
    return requirement.removeprefix(">=")


def schema_errors(name: str, document: object) -> list[str]:
    """By the official schema in check-jsonschema, which needs no network for it."""
    reason = "check-jsonschema, which brings the official schemas, is not installed"
    schemas = pytest.importorskip("check_jsonschema.builtin_schemas", reason=reason)
    validators: Any = pytest.importorskip("jsonschema.validators")
    schema = schemas.get_builtin_schema(f"vendor.{name}")
    return [error.message for error in validators.validator_for(schema)(schema).iter_errors(document)]
