# The commands of this repository. Everything they need they make themselves, in .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test test-all lint clean

$(VENV)/made: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Intaglio needs Python 3.11 or newer; say make PYTHON=python3.12, for example")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[test,lint]'
	@touch $@

demo: $(VENV)/made  ## pack real matrices, unpack them, prove the bytes equal
	$(BIN)/python docs/demo.py

test: $(VENV)/made  ## all tests that need nothing but Python
	$(BIN)/python -m pytest

lint: $(VENV)/made
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test-all: lint  ## lint, types, all tests, and the coverage that CI asks for
	$(BIN)/python -m pytest --cov --cov-report=term --cov-fail-under=95

clean:
	rm -rf $(VENV) demo dist build .coverage .pytest_cache .mypy_cache .ruff_cache .hypothesis
