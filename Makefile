# make app       open a page to play with in the browser
# make train     learn the six filters of the bank from a photo
# make test      run the quick tests: the core, in two and a half to five minutes
# make test-all  run all tests, with more examples
# make fuzz      feed mutated files and random filters to the program for some minutes
# make lint      check style, types and imports
# make coverage  run all tests and show which lines they reach
# make docs      build the site: docs/_build/html/index.html
# make figures   draw the pictures of the docs again
# Each sets up .venv first where it is missing or out of date.
PYTHON ?= python3
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal

.PHONY: app train test test-all fuzz lint coverage docs figures setup clean

app: .venv/app
	$(BIN)/python scripts/app.py

train: setup
	$(BIN)/python scripts/train.py configs/bank.toml

test: setup
	$(PYTEST) -m "not slow"

test-all: .venv/browser
	$(PYTEST) --hypothesis-profile all

fuzz: setup
	$(BIN)/python tests/fuzz/fuzz.py --seconds 60
	$(BIN)/python tests/fuzz/filters.py --count 1000
	$(BIN)/python tests/fuzz/kills.py --kills 100

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

coverage: .venv/browser
	$(PYTEST) --cov --cov-report term --cov-report html

docs: setup
	$(BIN)/python -m sphinx --builder html --fail-on-warning --keep-going --quiet docs docs/_build/html
	@echo "Wrote docs/_build/html: open index.html there."

figures: setup
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[test,conventions]"
	$(BIN)/python docs/make_figures.py

setup: .venv/ready

.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	@echo "PyTorch comes first, which takes longest, and then the rest."
	$(BIN)/pip install --constraint constraints.txt torch torchvision
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[test]"
	touch $@

# what only some of them need: the page, and what drives a browser at it
.venv/app .venv/browser: .venv/ready
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[$(@F)]"
	touch $@

clean:
	rm -rf .venv build htmlcov .coverage *.egg-info docs/_build docs/api_built docs/gallery_built
