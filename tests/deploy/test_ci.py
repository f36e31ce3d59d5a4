import re
from typing import Any

import yaml

from tests.deploy.files import required_python, schema_errors, text_of

GITHUB = ".github/workflows/ci.yml"
GITLAB = ".gitlab-ci.yml"
# What some tests skip without.
PACKAGES = {"chromium", "nginx-light", "rabbitmq-server"}


def test_the_github_workflow_matches_its_schema() -> None:
    document = yaml.safe_load(text_of(GITHUB))
    document["on"] = document.pop(True)  # what YAML 1.1 takes that key for
    assert schema_errors("github-workflows", document) == []


def test_the_gitlab_pipeline_matches_its_schema() -> None:
    assert schema_errors("gitlab-ci", yaml.safe_load(text_of(GITLAB))) == []


def test_the_pipelines_call_the_same_existing_make_targets() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", text_of("Makefile"), re.MULTILINE))
    for path in (GITHUB, GITLAB):
        called = re.findall(r"(?:run:|-) make ([\w-]+)", text_of(path))
        assert called == ["check", "test", "test-deep"]
        assert set(called) <= targets


def test_the_pipelines_install_every_program_that_tests_need() -> None:
    for path in (GITHUB, GITLAB):
        lines = re.findall(r"apt-get install.*", text_of(path))
        assert len(lines) == 2  # of the tests, and of the deep ones by night
        assert all(set(line.split()) >= PACKAGES for line in lines)


def test_the_deep_tests_run_only_on_a_schedule() -> None:
    github, gitlab = yaml.safe_load(text_of(GITHUB)), yaml.safe_load(text_of(GITLAB))
    assert github[True]["schedule"]
    assert github["jobs"]["deep"]["if"] == "github.event_name == 'schedule'"
    assert gitlab["deep"]["rules"] == [{"if": '$CI_PIPELINE_SOURCE == "schedule"'}]


def test_the_pipelines_run_on_the_oldest_supported_python() -> None:
    github: dict[str, Any] = yaml.safe_load(text_of(GITHUB))["jobs"]
    gitlab: dict[str, Any] = yaml.safe_load(text_of(GITLAB))
    used = {gitlab["default"]["image"], github["check"]["container"], github["test"]["container"]}
    assert used == {f"python:{required_python()}-bookworm"}


def test_the_pipelines_cache_only_folders_that_the_makefile_fills() -> None:
    filled = {f"var/cache/{name}" for name in re.findall(r"CURDIR\)/var/cache/(\w+)", text_of("Makefile"))}
    for path in (GITHUB, GITLAB):
        cached = set(re.findall(r"var/cache/\w+", text_of(path)))
        assert cached
        assert cached <= filled
