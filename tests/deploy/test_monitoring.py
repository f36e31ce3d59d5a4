"""Compose's profile `monitoring`: what Prometheus scrapes and Grafana shows is what this repository has."""

import json
import re
from typing import Any

import pytest
import yaml

from tests.deploy.files import ROOT, compose, text_of

MONITORS = ("prometheus", "grafana")
PROMETHEUS = yaml.safe_load(text_of("deploy/prometheus/prometheus.yml"))
DATASOURCES = yaml.safe_load(text_of("deploy/grafana/provisioning/datasources/prometheus.yml"))
DASHBOARDS = yaml.safe_load(text_of("deploy/grafana/provisioning/dashboards/notification-service.yml"))
PORTS = {"web": 8000}  # of the image; others name theirs


def test_only_the_profile_monitoring_starts_prometheus_and_grafana() -> None:
    found = [name for name, service in services().items() if service.get("profiles") == ["monitoring"]]
    assert tuple(found) == MONITORS


@pytest.mark.parametrize("name", MONITORS)
def test_a_monitor_of_one_version_can_change_nothing(name: str) -> None:
    monitor = services()[name]
    assert re.fullmatch(r"[\w/]+:v?\d+\.\d+\.\d+", monitor["image"])
    assert (monitor["read_only"], monitor["cap_drop"], monitor["networks"]) == (True, ["ALL"], ["outside"])
    for source, _ in mounts(name):
        assert (ROOT / source).exists()
    bound = [volume for volume in monitor["volumes"] if volume.startswith("./")]
    assert all(volume.endswith(":ro") for volume in bound)


def test_prometheus_scrapes_every_service_that_has_metrics() -> None:
    (job,) = PROMETHEUS["scrape_configs"]
    (static,), (found,) = job["static_configs"], job["dns_sd_configs"]
    scraped = {*static["targets"], *(f"{name}:{found['port']}" for name in found["names"])}
    own = {
        name: service["environment"].get("METRICS_PORT")
        for name, service in services().items()
        if "build" in service
    }
    ports = {name: port for name, port in own.items() if port} | PORTS
    assert scraped == {f"{name}:{port}" for name, port in ports.items()}


def test_the_web_server_lets_prometheus_in() -> None:
    assert ",web$" in services()["web"]["environment"]["ALLOWED_HOSTS"]
    (job,) = PROMETHEUS["scrape_configs"]
    assert f"> {job['authorization']['credentials_file']} " in services()["prometheus"]["entrypoint"][2]


def test_prometheus_reads_the_rules_of_this_repository() -> None:
    assert dict(mounts("prometheus"))["./deploy/prometheus"] == "/etc/prometheus"
    assert "--config.file=/etc/prometheus/prometheus.yml" in services()["prometheus"]["command"]
    assert [(ROOT / "deploy/prometheus" / name).exists() for name in PROMETHEUS["rule_files"]] == [True]


def test_grafana_shows_the_dashboard_of_this_repository_from_prometheus() -> None:
    (provider,), (source,) = DASHBOARDS["providers"], DATASOURCES["datasources"]
    mounted = dict(mounts("grafana"))["./deploy/grafana/notification-service.json"]
    assert mounted.startswith(f"{provider['options']['path']}/")
    assert services()["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"] == mounted
    assert (source["type"], source["url"]) == ("prometheus", "http://prometheus:9090")
    variables = json.loads(text_of("deploy/grafana/notification-service.json"))["templating"]["list"]
    assert [variable["query"] for variable in variables if variable["type"] == "datasource"] == [
        source["type"]
    ]


def test_nobody_can_sign_in_to_grafana() -> None:
    settings = services()["grafana"]["environment"]
    assert settings["GF_AUTH_ANONYMOUS_ORG_ROLE"] == "Viewer"
    assert (settings["GF_AUTH_BASIC_ENABLED"], settings["GF_AUTH_DISABLE_LOGIN_FORM"]) == ("false", "true")


def mounts(name: str) -> list[tuple[str, str]]:
    """Each file or folder of ours, and where it is inside."""
    volumes = [volume.split(":") for volume in services()[name]["volumes"]]
    return [(source, target) for source, target, *_ in volumes if source.startswith("./")]


def services() -> dict[str, Any]:
    found: dict[str, Any] = compose()["services"]
    return found
