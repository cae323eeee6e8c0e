PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := --quiet --disable-pip-version-check --require-hashes

# Half of what collecting the tests takes is to compile their assertions: once is enough.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test mutants kernels bench format lock

run: $(VENV)/.run
	$(BIN)/python app.py

test: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/ty check
	$(BIN)/pytest -n 2 --dist worksteal

# N places of optcore broken one at a time, at random; ROOM=flow keeps to one folder.
mutants: $(VENV)/.dev
	nice $(BIN)/python tests/support/mutants.py --count $(or $(N),100) --seed $(or $(SEED),1) \
	  --room "$(ROOM)"

kernels: $(VENV)/.dev
	$(BIN)/python tests/support/other_kernels.py

bench: $(VENV)/.dev bench/.venv/.tried
	$(BIN)/python -m bench

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# From requirements*.in, which name what we chose: every release that comes with it, with the
# hashes of all its files, so that one lock serves every system and every Python from 3.11 on.
lock: $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	for each in requirements requirements-dev; do \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --custom-compile-command "make lock" $$each.in --output-file $$each.txt || exit 1; \
	done

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install $(INSTALL) -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements.txt requirements-dev.txt | $(BIN)/python
	$(BIN)/python -m pip install $(INSTALL) -r requirements-dev.txt
	@touch $@ $(VENV)/.run

# torch and JAX, to compare with. Without them the run goes on and says so.
bench/.venv/.tried: requirements-bench.txt
	$(PYTHON) -m venv bench/.venv
	-bench/.venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-bench.txt
	@touch $@
