# What a newcomer types. Three environments, all ignored by git: .venv for the core, the command line and training,
# .venv-qgis on the system's Python, which has QGIS, .venv-scan for what looks through the package.
PYTHON ?= python3
QGIS_PYTHON ?= /usr/bin/python3
BIN := .venv/bin
SAMPLE := resources/sample/sample.tif
DEMO := build/demo
PROFILE := build/qgis-profile
LRELEASE ?= lrelease
export QT_QPA_PLATFORM ?= offscreen

.PHONY: help demo test test-core test-plugin test-desktop fuzz lint scan format qgis screenshots package translations bench bench-lines train sample \
	clean qgis-installed

help:
	@echo "make demo     extract the sample raster's tracks to a GeoPackage and a preview picture"
	@echo "make test     run every test (sets up what is missing, QGIS too on Debian as root)"
	@echo "make qgis     QGIS with the plugin loaded and the sample raster open"
	@echo "make package  the zip for the plugin site, build/railseg.zip"
	@echo "make train    trains a model: DATA=folder MINUTES=60 NAME=my-model, see train/README.md"
	@echo "make lint | scan | format | fuzz | translations | bench | bench-lines | sample | screenshots | clean"

.venv/ready: pyproject.toml resources/requirements.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	touch $@

# The venv sees the system's packages, QGIS among them; pip only adds the test tools.
.venv-qgis/ready: | qgis-installed
	$(QGIS_PYTHON) -m venv --system-site-packages .venv-qgis
	.venv-qgis/bin/python -m pip install --quiet pytest==9.2.0 pytest-qgis==5.0.2 pytest-timeout==2.4.0
	touch $@

.venv-scan/ready: .ci/scan-requirements.txt
	$(PYTHON) -m venv .venv-scan
	.venv-scan/bin/python -m pip install --quiet -r $<
	touch $@

qgis-installed:
	@$(QGIS_PYTHON) -c "import qgis.core" 2>/dev/null && command -v xvfb-run >/dev/null || sh tests/plugin/install_qgis.sh

demo: .venv/ready
	mkdir -p $(DEMO)
	$(BIN)/railseg extract $(SAMPLE) $(DEMO)/sample.gpkg --preview $(DEMO)/sample.png --overwrite

test: test-core test-plugin test-desktop

test-core: .venv/ready
	$(BIN)/python -m pytest tests/core tests/train $(PYTEST_ARGS)

test-plugin: .venv/ready .venv-qgis/ready
	.venv-qgis/bin/python -m pytest -c tests/plugin/pytest.ini tests/plugin $(PYTEST_ARGS)

test-desktop: .venv/ready .venv-qgis/ready
	.venv-qgis/bin/python -m pytest -c tests/plugin/pytest.ini tests/desktop $(PYTEST_ARGS)

# What the suite does with a few dozen damaged files and requests, with thousands of them: about an hour.
fuzz: .venv/ready
	$(BIN)/python -m pytest tests/core/test_fuzz.py --hypothesis-profile=fuzz --timeout=0 $(PYTEST_ARGS)

lint: .venv/ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

scan: package .venv-scan/ready
	PATH="$(CURDIR)/.venv-scan/bin:$$PATH" .ci/scan build/railseg.zip

format: .venv/ready
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

screenshots: .venv/ready qgis-installed
	$(BIN)/python tests/desktop/screenshots.py

qgis: .venv/ready qgis-installed
	mkdir -p $(PROFILE)/profiles/default/QGIS build/qgis-plugins
	ln -sfn $(CURDIR) build/qgis-plugins/railseg
	printf '[PythonPlugins]\nrailseg=true\n' > $(PROFILE)/profiles/default/QGIS/QGIS3.ini
	env -u QT_QPA_PLATFORM QGIS_PLUGINPATH=$(CURDIR)/build/qgis-plugins QGIS_CUSTOM_CONFIG_PATH=$(CURDIR)/$(PROFILE) \
		RAILSEG_PYTHON=$(CURDIR)/$(BIN)/python qgis --nologo $(SAMPLE)

# What is committed, less what .gitattributes leaves out.
package:
	mkdir -p build
	git archive --format=zip --prefix=railseg/ --output=build/railseg.zip HEAD
	@ls -lh build/railseg.zip

bench: .venv/ready
	$(BIN)/python -m tests.benchmarks

bench-lines: .venv/ready
	$(BIN)/python -m tests.benchmarks.lines

# Takes the plugin's texts into the languages' files and compiles them. NEW=it begins another language.
translations: .venv-qgis/ready
	.venv-qgis/bin/python -m plugin.i18n.update $(NEW)
	$(LRELEASE) -silent plugin/i18n/*.ts

# Trains and writes build/train/model.safetensors. DATA is a folder with backgrounds/, weights/ and real/fit/, see
# train/README.md; without it scenes are rendered on procedural ground alone.
train: .venv/ready
ifdef DATA
	rm -rf build/fit
	$(BIN)/python -m train.prepare_scenes "$(DATA)/real/fit" build/fit
endif
	weights=$(if $(DATA),$$(ls "$(DATA)"/weights/*.safetensors 2>/dev/null | head -n 1)); \
	$(BIN)/python -m train.train --out build/train --minutes $(or $(MINUTES),60) $${weights:+--encoder "$$weights"} \
		$(if $(DATA),--backgrounds "$(DATA)/backgrounds" --real build/fit) $(TRAIN_ARGS)
	$(BIN)/python -m train.export build/train/checkpoint.pt build/train/model.safetensors --name "$(or $(NAME),my-model)" \
		$(if $(DATA),--backgrounds "$(DATA)/backgrounds" --trained-on "rendered scenes on real grounds; real scenes") $(EXPORT_ARGS)

sample: .venv/ready
	$(BIN)/python -m train.make_sample

clean:
	rm -rf build .venv .venv-qgis .venv-scan .mypy_cache .ruff_cache .pytest_cache .hypothesis
