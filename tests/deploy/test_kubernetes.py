import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import connection

from notification_service.mailings.models import Gateway, Mailing
from tests import factories
from tests.deploy.files import KUBERNETES, containers, manifests, workloads

OVERLAYS = ("example", "trial")


def test_every_pod_meets_the_restricted_profile() -> None:
    for pod in workloads().values():
        security = pod["securityContext"]
        assert security["runAsNonRoot"] is True
        assert security["runAsUser"] > 0
        assert security["seccompProfile"] == {"type": "RuntimeDefault"}
        assert {kind for volume in pod.get("volumes", []) for kind in volume} <= {"name", "emptyDir"}
        for container in containers(pod):
            assert container["securityContext"]["allowPrivilegeEscalation"] is False
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}


def test_our_containers_can_write_only_to_tmp() -> None:
    for pod in workloads().values():
        for container in containers(pod):
            if container["image"] == "notification-service":
                assert container["securityContext"]["readOnlyRootFilesystem"] is True
                assert container["volumeMounts"] == [{"name": "tmp", "mountPath": "/tmp"}]


def test_no_pod_gets_service_variables_or_a_token_of_the_cluster() -> None:
    """FLOWER_PORT=tcp://… of a service named flower would end Flower."""
    for pod in workloads().values():
        assert (pod["enableServiceLinks"], pod["automountServiceAccountToken"]) == (False, False)


def test_every_container_has_resource_requests_and_a_memory_limit() -> None:
    for pod in workloads().values():
        for container in containers(pod):
            assert set(container["resources"]["requests"]) == {"cpu", "memory"}
            assert set(container["resources"]["limits"]) == {"memory"}


def test_a_worker_has_45_seconds_to_stop_in_kubernetes() -> None:
    assert workloads()["worker"]["terminationGracePeriodSeconds"] == 45


def test_the_probes_of_the_web_server_send_an_allowed_host() -> None:
    web = workloads()["web"]["containers"][0]
    asked = {
        name: web[name]["httpGet"]["path"] for name in ("startupProbe", "livenessProbe", "readinessProbe")
    }
    live = "/health/live"
    assert asked == {"startupProbe": live, "livenessProbe": live, "readinessProbe": "/health/ready"}
    for name in asked:
        assert {"name": "Host", "value": "localhost"} in web[name]["httpGet"]["httpHeaders"]


def test_every_selector_matches_a_pod() -> None:
    specs = [item.get("spec", {}) for item in manifests()]
    labels = [spec["template"]["metadata"]["labels"] for spec in specs if "template" in spec]
    for selector in filter(None, map(selector_of, specs)):
        assert any(selector.items() <= pod.items() for pod in labels), selector


def test_network_policies_deny_traffic_by_default() -> None:
    policies = [item for item in manifests() if item["kind"] == "NetworkPolicy"]
    specs = {policy["metadata"]["name"]: policy["spec"] for policy in policies}
    assert specs["nothing-by-default"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


@pytest.mark.parametrize("component", ["worker", "web"])
def test_gateways_and_receivers_of_webhooks_are_reached_wherever_they_are(component: str) -> None:
    """Workers send to them; the web server looks at a gateway that is tried."""
    policies = {each["metadata"]["name"]: each for each in manifests() if each["kind"] == "NetworkPolicy"}
    outside = policies["outside"]["spec"]
    [pods] = outside["podSelector"]["matchExpressions"]
    [rule] = outside["egress"]
    assert component in pods["values"]
    assert rule["to"] == [{"ipBlock": {"cidr": "0.0.0.0/0", "except": ["169.254.0.0/16"]}}]
    assert {"protocol": "TCP", "port": 443} in rule["ports"]


def test_the_manifests_hold_no_secret() -> None:
    assert [item for item in manifests() if item["kind"] == "Secret"] == []
    assert "secrets.env\n" in (KUBERNETES / ".gitignore").read_text()


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_an_overlay_can_be_built(tmp_path: Path, overlay: str) -> None:
    items = build(tmp_path, overlay)
    worker = next(
        item for item in items if item["kind"] == "Deployment" and item["metadata"]["name"] == "worker"
    )
    (container,) = worker["spec"]["template"]["spec"]["containers"]
    assert container["image"] == "registry.example/notification-service:1.0.0"
    made = {item["metadata"]["name"] for item in items if item["kind"] in ("ConfigMap", "Secret")}
    assert {reference["name"] for source in container["envFrom"] for reference in source.values()} == made


def test_the_autoscaled_worker_sets_no_number_of_replicas(tmp_path: Path) -> None:
    worker = next(item for item in build(tmp_path, "example") if item["metadata"]["name"] == "worker")
    assert "replicas" not in worker["spec"]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_an_overlay_matches_the_schemas_of_kubernetes(tmp_path: Path, overlay: str) -> None:
    reason = "kubernetes-validate is not installed; at 110 MB it is no requirement"
    validation: Any = pytest.importorskip("kubernetes_validate", reason=reason)
    for item in build(tmp_path, overlay):
        if not item["apiVersion"].startswith("keda.sh/"):
            validation.validate(item, validation.latest_version(), strict=True)


@pytest.mark.django_db
def test_the_queue_depth_counts_the_messages_that_are_due_now() -> None:
    running = factories.make_running_mailing()
    factories.make_messages(running, 3)
    factories.make_message(running, status="sent")
    factories.make_message(running, next_attempt_at=factories.now().replace(year=2100))
    factories.make_message(factories.make_mailing(status=Mailing.Status.PAUSED))
    assert queue_depth() == 3
    Gateway.objects.update(held_at=factories.now())
    assert queue_depth() == 0


@pytest.mark.django_db
def test_the_queue_depth_leaves_out_what_only_a_held_or_disabled_gateway_may_take() -> None:
    held = factories.make_gateway(name="held", priority=5, held_at=factories.now())
    disabled = factories.make_gateway(name="disabled", enabled=False)
    factories.make_messages(factories.make_running_mailing(), 1)  # through `main`, the default
    factories.make_messages(factories.make_running_mailing(gateway=held), 2)
    factories.make_messages(factories.make_running_mailing(gateway=disabled), 4)
    factories.make_messages(factories.make_running_mailing(gateway=held, failover=True), 8)
    assert queue_depth() == 1 + 8
    Gateway.objects.filter(name="main").update(enabled=False)
    assert queue_depth() == 0
    Gateway.objects.filter(pk=held.pk).update(held_at=None)
    assert queue_depth() == 1 + 2 + 8


@pytest.mark.django_db
def test_the_queue_depth_is_read_from_the_index_that_claims_use() -> None:
    factories.make_clients_in_bulk(20_000)
    factories.make_messages_in_bulk(factories.make_running_mailing(status="paused"))
    factories.make_messages(factories.make_running_mailing(), 3)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE mailings_duemessage, mailings_mailing")
        cursor.execute(f"EXPLAIN {queue_query()}")
        assert "due_of_mailing" in "\n".join(line for (line,) in cursor.fetchall())


def queue_depth() -> int:
    with connection.cursor() as cursor:
        cursor.execute(queue_query())
        (depth,) = cursor.fetchone()
    return int(depth)


def queue_query() -> str:
    (scaled,) = (item for item in manifests() if item["kind"] == "ScaledObject")
    (trigger,) = scaled["spec"]["triggers"]
    query: str = trigger["metadata"]["query"]
    return query


def selector_of(spec: Any) -> dict[str, str]:
    """The labels by which a workload, service or budget finds pods."""
    selector: dict[str, Any] = spec.get("selector", {})
    labels: dict[str, str] = selector.get("matchLabels", selector)
    return labels


def build(folder: Path, overlay: str) -> list[Any]:
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("kubectl, which brings kustomize, is not installed")
    copy = folder / "kubernetes"
    shutil.copytree(KUBERNETES, copy, ignore=shutil.ignore_patterns("secrets.env"))
    target = copy / "overlays" / overlay
    shutil.copyfile(target / "secrets.env.example", target / "secrets.env")
    built = subprocess.run([kubectl, "kustomize", str(target)], capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    return list(yaml.safe_load_all(built.stdout))
