# The commands of this repository. Everything they need they make themselves, in .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BENCH := .venv-bench
SURVIVAL := .venv-survival
OLDEST := .venv-oldest
SBOM := .venv-sbom
JS := implementations/javascript
VIEWER := implementations/viewer
PYTEST := $(BIN)/python -m pytest --numprocesses 2 --dist worksteal
RUNNER := $(BIN)/python conformance/runner
REFERENCE := $(BIN)/python conformance/adapters/reference.py
JAVASCRIPT := node $(JS)/bin/adapter.js

.PHONY: demo test test-all lint kernels sanitize javascript conformance viewer vectors adequacy gallery bench diagnosis accepted survival survival-quick oldest lock sbom fuzz fuzz-quick clean

$(VENV)/made: pyproject.toml hatch_build.py reference/native/native.c
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Intaglio needs Python 3.11 or newer; say make PYTHON=python3.12, for example")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[test,lint]'
	@touch $@

demo: $(VENV)/made  ## pack real matrices, unpack them, prove the bytes equal
	$(BIN)/python docs/demo.py

test: $(VENV)/made  ## all tests that need nothing but Python
	$(PYTEST) -m 'not tools'

test-all: $(VENV)/fuzz  ## everything, two things at a time; needs Node 20, Chromium, pngcheck, pngfix, gcc
	$(MAKE) --jobs 2 --output-sync=target lint conformance kernels sanitize viewer accepted survival-quick fuzz-quick
	$(PYTEST) --cov --cov-report=term --cov-fail-under=95

lint: $(VENV)/made
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

kernels: $(VENV)/made  ## the compiled kernels are there, and without them all holds too
	$(BIN)/python -c 'from intaglio._format.fast.kernels import native; assert native, "not compiled"'
	INTAGLIO_PURE=1 $(BIN)/python -m pytest tests/conformance/test_conformance.py tests/format/test_roundtrip.py tests/format/test_png_decode.py tests/format/test_carrier.py tests/format/test_filters.py

SANITIZED := build/sanitized/reference
sanitize: $(VENV)/made  ## the kernels under address and undefined behaviour sanitizers; needs gcc
	rm -rf build/sanitized && mkdir -p build/sanitized && cp -r reference build/sanitized
	gcc -O1 -g -Wall -Wextra -Werror -Wno-unused-parameter -fsanitize=address,undefined -fno-sanitize-recover=undefined \
	  -ffp-contract=off -shared -fPIC -I$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("include"))') \
	  reference/native/native.c -o $(SANITIZED)/intaglio/_format/fast/_native.abi3.so -lm
	PYTHONPATH=$(SANITIZED) PYTHONMALLOC=malloc ASAN_OPTIONS=detect_leaks=0 \
	  LD_PRELOAD="$$(gcc -print-file-name=libasan.so) $$(gcc -print-file-name=libubsan.so)" \
	  $(BIN)/python -m pytest -m 'not tools' tests/format/test_kernels.py tests/conformance/test_conformance.py tests/fuzz/test_fuzz.py

javascript:  ## the JavaScript implementation's own tests, all conformance cases among them
	cd $(JS) && npm ci --silent && npm test

conformance: $(VENV)/made javascript  ## through the runner: each encoder judged by the other's decoder
	$(RUNNER) run --encode --adapter '$(JAVASCRIPT)' --judge '$(REFERENCE)'
	$(RUNNER) run --adapter '$(REFERENCE)' --filter '*/*/[a-d]*' --judge '$(JAVASCRIPT)'

viewer: $(VENV)/made javascript  ## the page, in a real browser
	cd $(VIEWER) && npm ci --silent && npm run check && npm test

vectors: $(VENV)/made  ## write the conformance cases anew
	$(BIN)/python conformance/builder/build.py

adequacy: $(VENV)/made  ## prove the cases adequate; writes conformance/ADEQUACY.md
	$(BIN)/python conformance/adequacy.py

gallery: $(VENV)/made  ## figures drawn again from their own pictures; writes docs/gallery/build
	$(BIN)/python -m pip install --quiet --editable '.[docs]'
	$(BIN)/python docs/make_gallery.py

$(BENCH)/made: pyproject.toml bench/requirements.txt bench/requirements-alone.txt
	$(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/python -m pip install --quiet --editable . --requirement bench/requirements.txt
	$(BENCH)/bin/python -m pip install --quiet --no-deps --requirement bench/requirements-alone.txt
	@touch $@

bench: $(BENCH)/made  ## measure against what people would otherwise use; writes bench/RESULTS.md
	$(BENCH)/bin/python bench/run.py
	$(BENCH)/bin/python bench/targets.py

diagnosis: $(VENV)/made  ## how often the cause that an error names is right; writes docs/diagnosis.md
	$(BIN)/python bench/diagnosis.py

accepted: $(VENV)/made  ## our PNGs pass pngcheck, pngfix, Pillow and OpenCV without a warning
	$(BIN)/python bench/accepted.py

$(SURVIVAL)/made: pyproject.toml bench/survival/requirements.txt
	$(PYTHON) -m venv $(SURVIVAL)
	$(SURVIVAL)/bin/python -m pip install --quiet --editable .
	@touch $@

survival: $(SURVIVAL)/made  ## what forty tools do to the data; fetches them (Debian); writes docs/survival.md
	$(SURVIVAL)/bin/python bench/survival --install
	$(SURVIVAL)/bin/python bench/kills.py

survival-quick: $(VENV)/made  ## some of them, which must be here
	$(BIN)/python bench/survival --pictures field,palette,rgba --only optipng,pngcrush,zopflipng,advpng,exiftool,netpbm,cwebp

$(OLDEST)/made: pyproject.toml tests/oldest.txt
	$(PYTHON) -m venv --clear $(OLDEST)
	$(OLDEST)/bin/python -m pip install --quiet --constraint tests/oldest.txt --editable '.[test]'
	@touch $@

oldest: $(OLDEST)/made  ## the tests with the least versions that pyproject.toml allows
	$(OLDEST)/bin/python -m pytest -m 'not tools' --override-ini filterwarnings=default

lock: $(VENV)/made  ## write requirements.lock anew
	$(BIN)/python tests/lock.py

sbom: $(VENV)/made  ## what .venv is made of, as CycloneDX: dist/sbom.json
	$(PYTHON) -m venv $(SBOM)
	$(SBOM)/bin/python -m pip install --quiet 'cyclonedx-bom>=7'
	mkdir -p dist
	$(SBOM)/bin/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible --of JSON -o dist/sbom.json $(BIN)/python

$(VENV)/fuzz: $(VENV)/made
	$(BIN)/python -m pip install --quiet --editable '.[fuzz]'
	@touch $@

SECONDS := 60
fuzz: $(VENV)/fuzz javascript  ## each target for SECONDS; fuzz/README.md says what else there is
	$(BIN)/python -m fuzz.run --seconds $(SECONDS)
	$(BIN)/python -m fuzz.packed --first $$(date +%s)000 --seconds $(SECONDS)

fuzz-quick: $(VENV)/fuzz javascript  ## each target for a fixed number of runs, from the committed corpus
	$(BIN)/python -m fuzz.run --quick
	$(BIN)/python -m fuzz.packed --count 100

clean:
	rm -rf $(VENV) $(BENCH) $(SURVIVAL) $(OLDEST) $(SBOM) demo dist build .coverage .pytest_cache .mypy_cache .ruff_cache .hypothesis
