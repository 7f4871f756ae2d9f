# `make demo` and `make test` need Python 3.11 or later and make; they bring everything else themselves.

PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11 python; do \
	if $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$name; exit; fi; done)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
RUN := $(VENV)/.run-installed

.PHONY: extraction-score demo test acceptance quick lint types docs man build bench django-versions figures mutants soak schemas all-schemas wordpress wordpress-texts release-check clean help

help:
	@echo 'make demo    watch Comment 258 travel to a registered DOI, in a sandbox'
	@echo 'make test    lint, types, architecture, every test, and the documentation'
	@echo 'make quick   the fast tests only'
	@echo 'make bench   speed against other tools, as ratios'
	@echo 'make figures  the shape of the code in numbers, each defined'
	@echo 'make mutants  which of 400 mutants of the core the tests kill'
	@echo 'make extraction-score  how well finished documents are read, field by field'
	@echo 'make acceptance   what does not fit into the minutes of make test: hostile files, harmed ledgers'
	@echo 'make soak    the full count of kills, faults and harmed documents'
	@echo 'make man     man pages, into build/man'
	@echo 'make build   a wheel that carries the schemas'
	@echo 'make release-check  sdist and wheel: equal when built twice, installed without network, licences, SBOM'
	@echo 'make django-versions  the tests of the app for Django against each version that is supported'
	@echo 'make wordpress  the WordPress plugin, as dist/doideposit-wordpress.zip'

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo 'Python 3.11 or later is needed: install it, or run make PYTHON=/path/to/python3.12'; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(RUN): $(VENV)/bin/python requirements/run.txt pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/build.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(STAMP): $(RUN) requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

schemas: $(RUN)
	@$(BIN)/doideposit schemas install --quiet

all-schemas: $(RUN)
	@$(BIN)/doideposit schemas install --all --quiet

demo: schemas
	@$(BIN)/doideposit demo

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy
	$(BIN)/mypy tests/typing

docs: $(STAMP)
	$(BIN)/sphinx-build --fail-on-warning --quiet -b html docs docs/_build/html

man: $(STAMP)
	$(BIN)/python docs/man_pages.py build/man

# Many tests wait for a process or a sandbox, so that three of them share a processor well.
WORKERS := $(shell echo $$(( 3 * $$(nproc 2>/dev/null || echo 2) )))

test: $(STAMP) all-schemas lint types docs
	$(BIN)/pytest -n $(WORKERS) --dist loadgroup

acceptance: $(STAMP) all-schemas
	$(BIN)/pytest -m acceptance -n $(WORKERS) --dist loadgroup

quick: $(STAMP) all-schemas
	$(BIN)/pytest -m 'not slow'

# The tools that are compared pin other versions of our libraries, so they have an environment of their own.
BENCH := .venv-bench
$(BENCH)/.installed: $(VENV)/bin/python requirements/bench.txt
	test -x $(BENCH)/bin/python || $(VENV)/bin/python -m venv $(BENCH)
	$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bench.txt
	@touch $@

bench: $(STAMP) schemas $(BENCH)/.installed
	$(BIN)/python -m benchmarks

figures: $(STAMP) schemas
	$(BIN)/python -m benchmarks.figures

MUTANTS := $(VENV)/.mutants-installed
$(MUTANTS): $(STAMP) requirements/mutants.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/mutants.txt
	@touch $@

mutants: $(MUTANTS) all-schemas
	$(BIN)/python -m benchmarks.mutants

extraction-score: $(STAMP)
	@$(BIN)/python tests/extraction_scores.py

soak: $(STAMP) all-schemas
	$(BIN)/python -m pytest -m soak tests/soak

RELEASE := $(VENV)/.release-installed
$(RELEASE): $(STAMP) requirements/release.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/release.txt
	@touch $@

release-check: $(RELEASE) all-schemas
	$(BIN)/python packaging/release_check.py $(RELEASE_OPTIONS)

# Django and the Python it is tried with: the oldest and the newest of each that is supported. uv or pyenv bring Pythons.
DJANGO_VERSIONS ?= 5.2:python3.11 5.2.*:python3.12 6.0.*:python3.12 6.1.*:python3.13
django-versions: $(STAMP) schemas
	@for one in $(DJANGO_VERSIONS); do \
	  version="$${one%%:*}"; python="$${one#*:}"; folder="build/django-$$version-$$python"; \
	  $$python -m venv --clear "$$folder" || { echo "$$python is needed for Django $$version: install it, or leave it out of DJANGO_VERSIONS"; exit 1; }; \
	  "$$folder/bin/pip" install --quiet --disable-pip-version-check --editable '.[django]' "django==$$version" pytest pytest-timeout || exit 1; \
	  echo "Django $$("$$folder/bin/django-admin" --version), $$("$$folder/bin/python" --version)"; \
	  "$$folder/bin/python" -m pytest -q tests/story/test_example_django.py || exit 1; \
	done

# gettext brings xgettext; the template lies in the source, so that only who changes a text needs it.
wordpress-texts:
	cd packaging/wordpress/doideposit && xgettext --language=PHP --from-code=UTF-8 --keyword=__:1 --keyword=esc_html__:1 \
	  --add-comments=translators --no-location --sort-output --no-wrap --package-name=doideposit \
	  --output=languages/doideposit.pot *.php && sed -i '/^"POT-Creation-Date/d' languages/doideposit.pot

wordpress: $(VENV)/bin/python
	$(BIN)/python packaging/wordpress/build.py dist/doideposit-wordpress.zip

build: $(STAMP) all-schemas
	$(BIN)/python -m build --no-isolation --outdir dist .

clean:
	rm -rf $(VENV) $(BENCH) build dist docs/_build .mypy_cache .ruff_cache .hypothesis
