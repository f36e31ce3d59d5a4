"""A misspelt variable is no error anywhere: it is silently not read. So each one is looked up here."""

import re

from tests.deploy.files import (
    KUBERNETES,
    compose,
    literals,
    manifests,
    names_in_env_example,
    names_read_by_settings,
    our_containers,
    our_services,
    text_of,
)

# What granian and Flower document; the image's own packages.
OF_PACKAGES = {
    "GRANIAN_HOST",
    "GRANIAN_PORT",
    "GRANIAN_WORKERS",
    "GRANIAN_BLOCKING_THREADS",
    "GRANIAN_RESPAWN_FAILED_WORKERS",
    "FLOWER_BASIC_AUTH",
}
# What the images of the servers document.
OF_IMAGES = {
    "postgres": {"POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_DB", "POSTGRES_INITDB_ARGS"},
    "rabbitmq": {"RABBITMQ_DEFAULT_USER", "RABBITMQ_DEFAULT_PASS"},
    "prometheus": {"METRICS_TOKEN"},  # read by the shell that starts it
    "grafana": {
        "GF_AUTH_ANONYMOUS_ENABLED",
        "GF_AUTH_ANONYMOUS_ORG_ROLE",
        "GF_AUTH_BASIC_ENABLED",
        "GF_AUTH_DISABLE_LOGIN_FORM",
        "GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION",
        "GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH",
        "GF_ANALYTICS_REPORTING_ENABLED",
        "GF_ANALYTICS_CHECK_FOR_UPDATES",
        "GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES",
        "GF_PLUGINS_PREINSTALL_DISABLED",
    },
}
OF_COMPOSE = {"COMPOSE_PROFILES", "WEB_LISTEN", "WORKERS", "IMAGE"}
# The password of each server is a variable of .env, and a part of a URL.
PASSWORDS = {"POSTGRES_PASSWORD", "RABBITMQ_PASSWORD"}


def test_the_reader_of_settings_finds_known_settings() -> None:
    assert {"DATABASE_URL", "BROKER_URL", "SECRET_KEY", "GATEWAY_TOKEN"} <= names_read_by_settings()


def test_every_variable_of_our_containers_in_compose_is_read() -> None:
    used = {name for service in our_services().values() for name in service["environment"]}
    assert used - names_read_by_settings() - OF_PACKAGES == set()


def test_every_variable_of_the_servers_in_compose_is_known_to_their_images() -> None:
    for name, known in OF_IMAGES.items():
        assert set(compose()["services"][name]["environment"]) <= known


def test_every_variable_that_compose_asks_for_is_in_env_example() -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+)", text_of("compose.yaml")))
    assert asked - {"TOKEN"} <= names_in_env_example()  # another name of GATEWAY_TOKEN


def test_every_variable_of_env_example_is_read() -> None:
    known = names_read_by_settings() | OF_PACKAGES | OF_COMPOSE | PASSWORDS
    assert names_in_env_example() - known == set()


def test_every_setting_is_in_env_example() -> None:
    assert names_read_by_settings() - names_in_env_example() == {"TOKEN"}  # another name of GATEWAY_TOKEN


def test_every_setting_is_explained_in_the_operations_document() -> None:
    explained = set(re.findall(r"`([A-Z_]+)(?:=[^`]*)?`", text_of("docs/operations.md")))
    assert names_read_by_settings() - explained == set()


def test_every_variable_of_our_pods_is_read() -> None:
    own = {variable["name"] for container in our_containers() for variable in container.get("env", [])}
    generated = {name for names in (config_names(), secret_names()) for name in names}
    assert (own | generated) - names_read_by_settings() - OF_PACKAGES - PASSWORDS == set()


def test_every_variable_of_the_server_pods_is_known_to_their_images() -> None:
    for item in manifests():
        name = item["metadata"]["name"]
        if name in OF_IMAGES and item["kind"] in ("Deployment", "StatefulSet"):
            variables = item["spec"]["template"]["spec"]["containers"][0]["env"]
            assert {variable["name"] for variable in variables} <= OF_IMAGES[name]


def test_every_variable_of_the_image_is_read() -> None:
    used = set(re.findall(r"\b([A-Z_]+)=", text_of("Dockerfile").split("\nFROM ")[-1]))
    assert used - names_read_by_settings() - OF_PACKAGES == {
        "PATH",
        "PYTHONUNBUFFERED",
        "PYTHONDONTWRITEBYTECODE",
    }


def test_an_overlay_sets_every_setting_without_a_default() -> None:
    for overlay in ("example", "trial"):
        given = config_names("base", f"overlays/{overlay}") | secret_names(overlay)
        needed = {"SECRET_KEY", "DATABASE_URL", "BROKER_URL", "GATEWAY_URL", "GATEWAY_TOKEN"}
        assert (needed | {"FLOWER_BASIC_AUTH"}) - given == set()


def config_names(*folders: str) -> set[str]:
    return set(literals(*(folders or ("base", "overlays/example", "overlays/trial"))))


def secret_names(*overlays: str) -> set[str]:
    folders = [KUBERNETES / "overlays" / name for name in overlays or ("example", "trial")]
    texts = [(folder / "secrets.env.example").read_text() for folder in folders]
    return {line.partition("=")[0] for text in texts for line in text.splitlines()}
