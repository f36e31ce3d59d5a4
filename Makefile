# Everything is built in .venv/ and kept in var/; nothing else is written but Python's bytecode beside its source.

PYTHON ?= python3
ARGS ?=

# Relative, so that a space in the path of this folder is of no concern.
PY := .venv/bin/python

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_CACHE_DIR := $(CURDIR)/var/cache/pip
export UV_CACHE_DIR := $(CURDIR)/var/cache/uv
export RUFF_CACHE_DIR := $(CURDIR)/var/cache/ruff
export MYPY_CACHE_DIR := $(CURDIR)/var/cache/mypy
export HYPOTHESIS_STORAGE_DIRECTORY := $(CURDIR)/var/cache/hypothesis

RUN_STAMP := .venv/.requirements.txt.installed
DEV_STAMP := .venv/.requirements-dev.txt.installed

CHECK_PYTHON := import sys; sys.version_info >= (3, 11) or sys.exit( \
	"Python 3.11 or newer is needed, this is %d.%d: make PYTHON=python3.11" % sys.version_info[:2])

LOCK := $(PY) -m uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-annotate \
	--no-header --python-version 3.11

# It has no __main__, and its script names an interpreter, for which a long path leaves no room.
LINT_IMPORTS := $(PY) -c 'from importlinter.cli import lint_imports_command as main; main()'

# Several processes, each with servers of its own; a part that is named runs in one, which starts sooner.
PARALLEL := -n auto --dist loadfile --no-loadscope-reorder

# Models are compared with migration files; that no database answers is only a warning.
NO_DATABASE := postgresql://127.0.0.1:1/none

.DEFAULT_GOAL := help
.PHONY: help setup run test test-rabbitmq test-deep test-containers bench chaos check migration translations texts docs openapi screenshots dist release lock clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile

setup: $(DEV_STAMP) ## Build .venv/ with everything, for an editor or a debugger

run: $(RUN_STAMP) ## Run the service here with sample clients and a sample mailing; options in ARGS="--port 8080"
	@$(PY) manage.py up --samples $(ARGS)

test: $(DEV_STAMP) ## Run the test suite; a part of it or options in ARGS="tests/api -k client"
	@$(PY) -m pytest $(if $(filter tests% -k%,$(ARGS)),,$(PARALLEL)) $(ARGS)

test-rabbitmq: $(DEV_STAMP) ## Run the tests that use a broker with RabbitMQ (Debian's rabbitmq-server) instead of Valkey
	@$(PY) -m pytest --broker=rabbitmq $(if $(filter tests% -k%,$(ARGS)),,$(PARALLEL)) $(ARGS)

test-deep: export TEST_DEPTH := 10
test-deep: $(DEV_STAMP) ## Run what takes hours: long storms, ten times the examples, a random order, RabbitMQ for everything
	@$(PY) -m pytest $(PARALLEL) --timeout=3600 --random-order $(ARGS)
	@$(PY) -m pytest $(PARALLEL) --timeout=3600 --broker=rabbitmq $(ARGS)

test-containers: export TEST_CONTAINERS := 1
test-containers: $(DEV_STAMP) ## Build the image and run what compose.yaml says from it (Debian's podman, buildah, runc, debootstrap)
	@$(PY) -m pytest tests/containers $(ARGS)

bench: $(DEV_STAMP) ## Run the benchmarks and write their table; options in ARGS="--only B1,B6"
	@$(PY) -m tests.benchmarks $(ARGS)

chaos: $(DEV_STAMP) ## Run a seeded storm of faults and count broken rules; options in ARGS="--seed 7 --seconds 60"
	@$(PY) -m tests.chaos $(ARGS)

check: $(DEV_STAMP) ## Check style, types, imports, migrations, the OpenAPI document, licences and known weaknesses
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m djlint --check --quiet notification_service/console
	$(PY) -m mypy
	$(LINT_IMPORTS) --cache-dir var/cache/imports
	DATABASE_URL=$(NO_DATABASE) $(PY) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	DATABASE_URL=$(NO_DATABASE) $(PY) -m tests.checks.migrations
	$(PY) manage.py spectacular --validate --fail-on-warn --file /dev/null
	$(PY) -m tests.checks.licences
	$(PY) -m tests.checks.advisories

migration: $(DEV_STAMP) ## Write the migration of a model that changed; ARGS="directory --name client_language"
	DATABASE_URL=$(NO_DATABASE) $(PY) -W ignore::RuntimeWarning manage.py makemigrations $(ARGS)
	$(PY) -m ruff format --quiet notification_service/*/migrations

translations: $(DEV_STAMP) ## Compile the Russian texts (Debian's gettext) after a change of a django.po
	cd notification_service && DATABASE_URL=$(NO_DATABASE) ../$(PY) ../manage.py compilemessages --verbosity 0

texts: $(DEV_STAMP) ## Print every text that people read: English, Russian, and the file that has it
	@DATABASE_URL=$(NO_DATABASE) DJANGO_SETTINGS_MODULE=notification_service.settings $(PY) -m tests.console.print_texts

docs: export NO_MKDOCS_2_WARNING := 1
docs: $(DEV_STAMP) ## Make a site of docs/ in var/site; a link that leads nowhere fails
	@$(PY) -m tests.documents.settings_page
	@$(PY) -m tests.documents.problems_page
	@$(PY) -m mkdocs build --strict
	@echo "to read it with its search: $(PY) -m http.server --bind 127.0.0.1 --directory var/site 8001"

openapi: $(DEV_STAMP) ## Write tests/api/openapi.json and clients/postman.json anew, after a change of the API that is meant
	$(PY) manage.py spectacular --format openapi-json --file tests/api/openapi.json
	$(PY) -m tests.api.postman

screenshots: $(DEV_STAMP) ## Take pictures of every screen of the console and of the report into docs/screenshots/
	@$(PY) -m pytest -q tests/console/browser/take_screenshots.py tests/reports/take_screenshot.py

dist: $(DEV_STAMP) ## Build the wheels of the service and of its Python client into dist/
	@$(PY) -m uv build --quiet --wheel --out-dir dist .
	@$(PY) -m uv build --quiet --wheel --out-dir dist clients/python
	@ls dist/*.whl

release: $(DEV_STAMP) ## Run everything that CI runs, and tag this commit with the version of pyproject.toml
	@$(PY) -m tests.checks.release
	@.ci/run
	@$(PY) -m tests.checks.release --tag

lock: $(DEV_STAMP) ## Pin all dependencies of pyproject.toml anew, with hashes
	$(LOCK) pyproject.toml --extra standalone --output-file requirements.txt
	$(LOCK) pyproject.toml --extra standalone --group dev --constraints requirements.txt --output-file requirements-dev.txt

clean: ## Remove .venv/ and the caches; the data in var/ stays
	rm -rf .venv var/cache
	find manage.py notification_service clients tests -name __pycache__ -prune -exec rm -rf {} +

.venv/bin/python:
	@$(PYTHON) -c '$(CHECK_PYTHON)'
	@echo "building .venv"
	@$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }

$(RUN_STAMP): requirements.txt | .venv/bin/python
	@echo "installing requirements.txt"
	@$(PY) -m pip install --quiet --require-hashes -r requirements.txt
	@touch $@

$(DEV_STAMP): requirements-dev.txt $(RUN_STAMP)
	@echo "installing requirements-dev.txt"
	@$(PY) -m pip install --quiet --require-hashes -r requirements-dev.txt
	@touch $@
