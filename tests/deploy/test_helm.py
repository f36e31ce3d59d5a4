"""The chart gives what kustomize gives: `deploy/kubernetes/` is what it is compared with."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from notification_service.version import VERSION
from tests.deploy.files import KUBERNETES, ROOT, literals, manifests, names_read_by_settings

CHART = ROOT / "deploy" / "helm"
TEMPLATES = sorted((CHART / "templates").iterdir())
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in TEMPLATES}
VALUES = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
EXAMPLE = yaml.safe_load((CHART / "example.yaml").read_text(encoding="utf-8"))
SCALED_BY = {"none": None, "cpu": "HorizontalPodAutoscaler", "queue": "ScaledObject"}
RELEASE = "notifications"
TEMPLATE = (
    "template",
    RELEASE,
    "--kube-version=1.27",
)  # the oldest; a Helm of one's own building knows only 1.20
# What the base of kustomize says where an overlay would say more.
AS_IN_BASE = {
    "image": {"repository": "notification-service"},
    "settings": {"GATEWAY_URL": "https://gateway.example"},
    "ingress": {"host": "notifications.example"},
}
SAME_FILES = [KUBERNETES / "base" / f"{name}.yaml" for name in ("migrate", "web", "worker", "beat", "flower")]
# Lines that the chart must word otherwise: names, labels and what selects by them, image, settings, replicas.
WORDED_OTHERWISE = re.compile(
    r"  name: |.*(component:|notification-service$|Ref:)|replicas:|matchLabels:|labels:|.*&live"
)
REFUSED: dict[str, Any] = {
    "a misspelt name": {"worker": {"replica": 3}},
    "a secret among settings": {"settings": {"SECRET_KEY": "key"}},
    "a number as a setting": {"settings": {"WORKERS": 1000000}},
    "the tag latest": {"image": {"tag": "latest"}},
    "no worker": {"worker": {"replicas": 0}},
    "an unknown way of scaling": {"autoscaling": {"by": "memory"}},
}


def test_the_chart_has_the_version_of_the_project() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))
    assert (chart["version"], chart["appVersion"]) == (VERSION, VERSION)


@pytest.mark.parametrize("values", [{}, EXAMPLE], ids=["values.yaml", "example.yaml"])
def test_the_schema_of_the_chart_accepts_its_values(values: Any) -> None:
    assert schema_errors(values) == []


@pytest.mark.parametrize("values", REFUSED.values(), ids=REFUSED)
def test_the_schema_of_the_chart_refuses(values: Any) -> None:
    assert len(schema_errors(values)) == 1


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_every_block_of_a_template_is_closed(text: str) -> None:
    tag = re.compile(r"{{-?\s*((?:(?!{{).)*?)\s*-?}}", re.DOTALL)
    assert re.findall(r"{{|}}", tag.sub("", text)) == []
    tags = tag.findall(text)
    opened = [tag for tag in tags if tag.split()[0] in ("if", "range", "with", "define")]
    assert len(opened) == tags.count("end")


def test_every_value_that_a_template_uses_is_in_the_values_and_every_value_is_used() -> None:
    used = set(re.findall(r"\.Values\.([\w.]+)", "".join(TEXTS.values())))
    paths = dict(paths_of(VALUES))
    assert used - paths.keys() == set()
    leaves = {path for path, value in paths.items() if not (isinstance(value, dict) and value)}
    assert [leaf for leaf in leaves if not any(f"{leaf}.".startswith(f"{path}.") for path in used)] == []


def test_the_settings_of_the_chart_are_those_of_kustomize() -> None:
    default = {name: value for name, value in VALUES["settings"].items() if value}
    assert default == literals("base")
    assert default | EXAMPLE["settings"] == literals("base", "overlays/example")
    assert VALUES["settings"].keys() | EXAMPLE["settings"].keys() <= names_read_by_settings()


def test_the_chart_holds_no_secret() -> None:
    assert [name for name, text in TEXTS.items() if "kind: Secret" in text] == []


@pytest.mark.parametrize("path", SAME_FILES, ids=lambda path: path.stem)
def test_the_chart_has_every_line_of_the_manifest_of(path: Path) -> None:
    """What can be said where there is no Helm."""
    chart = "".join(TEXTS.values()) + (CHART / "values.yaml").read_text(encoding="utf-8")
    known = {line.split(" #")[0].strip() for line in chart.splitlines()}
    lines = [line.split(" #")[0] for line in path.read_text(encoding="utf-8").splitlines()]
    expected = [line for line in lines if not WORDED_OTHERWISE.match(line) and not line.startswith("#")]
    assert [line for line in expected if line.strip() not in known] == []


def test_the_chart_counts_the_queue_as_kustomize_does() -> None:
    (scaled,) = (item for item in manifests() if item["kind"] == "ScaledObject")
    query: str = scaled["spec"]["triggers"][0]["metadata"]["query"]
    assert " ".join(query.split()) in " ".join(TEXTS["autoscaling.yaml"].split())


@pytest.mark.parametrize("by", SCALED_BY)
def test_the_chart_renders_the_objects_of_kustomize(tmp_path: Path, by: str) -> None:
    rendered = render(tmp_path, AS_IN_BASE | {"autoscaling": {"by": by}})
    objects = {name_of(item): plain(item["spec"]) for item in rendered if item["kind"] != "ConfigMap"}
    migrate = objects["Job", "migrate"]["template"]["spec"]["containers"][0]
    assert {variable["name"] for variable in migrate.pop("env")} == VALUES["settings"].keys()
    migrate["envFrom"].insert(0, {"configMapRef": {"name": "settings"}})
    assert objects == {name_of(item): plain(item["spec"]) for item in of_kustomize(SCALED_BY[by])}


def test_no_selector_of_a_release_finds_pods_of_another(tmp_path: Path) -> None:
    specs = [item.get("spec", {}) for item in render(tmp_path, EXAMPLE)]
    selectors = [spec[name] for spec in specs for name in ("podSelector", "selector") if name in spec]
    labels = [selector.get("matchLabels", selector) for selector in selectors]
    assert {found["app.kubernetes.io/instance"] for found in labels} == {RELEASE}


def test_the_migration_is_done_before_a_version_is_installed(tmp_path: Path) -> None:
    (job,) = (item for item in render(tmp_path, EXAMPLE) if item["kind"] == "Job")
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"


@pytest.mark.parametrize("missing", ["image.repository", "ingress.host", "settings.GATEWAY_URL"])
def test_helm_names_a_value_that_is_missing(tmp_path: Path, missing: str) -> None:
    group, name = missing.split(".")
    refused = helm(tmp_path, AS_IN_BASE | {group: {name: ""}}, *TEMPLATE)
    assert refused.returncode != 0
    assert missing in refused.stderr


def test_helm_finds_no_fault_with_the_chart(tmp_path: Path) -> None:
    linted = helm(tmp_path, EXAMPLE, "lint", "--strict")
    assert linted.returncode == 0, linted.stdout


def test_the_chart_matches_the_schemas_of_kubernetes(tmp_path: Path) -> None:
    reason = "kubernetes-validate is not installed; at 110 MB it is no requirement"
    validation: Any = pytest.importorskip("kubernetes_validate", reason=reason)
    for item in render(tmp_path, EXAMPLE | {"autoscaling": {"by": "cpu"}}):
        validation.validate(item, validation.latest_version(), strict=True)


def schema_errors(values: Any) -> list[str]:
    validators: Any = pytest.importorskip("jsonschema.validators")
    schema = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
    found = validators.validator_for(schema)(schema).iter_errors(merged(VALUES, values))
    return [error.message for error in found]


def merged(values: Any, others: Any) -> Any:
    """As Helm does it: objects are merged, everything else replaces."""
    if not (isinstance(values, dict) and isinstance(others, dict)):
        return others
    return values | {name: merged(values.get(name), other) for name, other in others.items()}


def paths_of(values: dict[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        yield above + name, value
        if isinstance(value, dict):
            yield from paths_of(value, f"{above}{name}.")


def of_kustomize(autoscaler: str | None) -> Iterator[Any]:
    """The objects of the base and one autoscaler, whose component removes the number of workers."""
    servers = KUBERNETES / "components" / "servers"
    left_out = {
        name_of(item) for path in servers.glob("*.yaml") for item in yaml.safe_load_all(path.read_text())
    }
    scalers = {"HorizontalPodAutoscaler", "ScaledObject"} - {autoscaler}
    for item in manifests():
        if name_of(item) not in left_out and item["kind"] not in scalers | {"Namespace"}:
            if autoscaler and name_of(item) == ("Deployment", "worker"):
                del item["spec"]["replicas"]
            yield item


def name_of(item: Any) -> tuple[str, str]:
    return item.get("kind", ""), plain(item.get("metadata", {}).get("name", ""))


def plain(value: Any) -> Any:
    """Without what only Helm adds: the release, its labels, the tag of the image, what a pod restarts by."""
    match value:
        case dict():
            kept = {name: plain(inner) for name, inner in value.items() if not of_helm(name)}
            emptied = {name for name in ("matchLabels", "annotations") if kept.get(name) == {}}
            return {name: inner for name, inner in kept.items() if name not in emptied}
        case list():
            return [plain(inner) for inner in value]
        case str():
            return value.removeprefix(f"{RELEASE}-").removesuffix(f":{VERSION}")
        case _:
            return value


def of_helm(name: str) -> bool:
    labels = {"name", "instance", "version", "managed-by"}
    return name.startswith(("helm.sh/", "checksum/")) or name in {
        "imagePullPolicy",
        *(f"app.kubernetes.io/{label}" for label in labels),
    }


def render(folder: Path, values: Any) -> list[Any]:
    rendered = helm(folder, values, *TEMPLATE)
    assert rendered.returncode == 0, rendered.stderr
    return [item for item in yaml.safe_load_all(rendered.stdout) if item]


def helm(folder: Path, values: Any, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("helm")
    if program is None:
        pytest.skip("helm is not installed")
    given = folder / "values.yaml"
    given.write_text(json.dumps(values), encoding="utf-8")
    command = [program, *arguments, str(CHART), f"--values={given}"]
    return subprocess.run(command, capture_output=True, text=True, check=False)
