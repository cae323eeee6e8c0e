PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test bench format

run: $(VENV)/.run
	$(BIN)/python app.py

test: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pytest -n 2 --dist worksteal

bench: $(VENV)/.dev bench/.venv/.tried
	$(BIN)/python -m bench

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements.txt requirements-dev.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@ $(VENV)/.run

# torch and JAX, to compare with. Without them the run goes on and says so.
bench/.venv/.tried: requirements-bench.txt
	$(PYTHON) -m venv bench/.venv
	-bench/.venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-bench.txt
	@touch $@
