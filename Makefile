# make train   learn the six filters of the bank from a photo
# make test    run all tests
# make lint    check style and types
# Each sets up .venv first where it is missing or out of date.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: train test lint setup clean

train: setup
	$(BIN)/python scripts/train.py configs/bank.toml

test: setup
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

setup: .venv/ready

.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --constraint constraints.txt --editable ".[test]"
	touch $@

clean:
	rm -rf .venv build *.egg-info
