# One word per habit, the same here and in CI. Each target does its own set-up.
#
# An environment that is already active (venv, or conda but its base) is used; otherwise .venv is made.

PYTHON ?= python3
# By the shell: a path may hold quotes, and the environment that a variable names may be gone.
ACTIVE := $(shell [ "$$CONDA_DEFAULT_ENV" != base ] || unset CONDA_PREFIX; \
    for each in "$$VIRTUAL_ENV" "$$CONDA_PREFIX"; do \
        if [ -x "$$each/bin/python" ]; then printf '%s\n' "$$each"; break; fi; done)

ifeq ($(strip $(ACTIVE)),)
READY := .venv/ready
export PATH := $(CURDIR)/.venv/bin:$(PATH)
# Where no bytecode may lie beside the sources it lies in .venv: else each stage would compile its libraries again.
ifneq ($(PYTHONDONTWRITEBYTECODE),)
export PYTHONPYCACHEPREFIX := $(CURDIR)/.venv/bytecode
export PYTHONDONTWRITEBYTECODE :=
endif
else
# One mark for each clone: the environment holds the package of the last one that was set up.
SPACE := $() $()
READY := $(subst $(SPACE),\ ,$(ACTIVE))/retrace-ready-$(shell pwd | cksum | cut -d' ' -f1)
export PATH := $(ACTIVE)/bin:$(PATH)
endif

# Every file that is installed has a hash in requirements*.txt, which is checked. torch has none: which build of it
# is right, the machine decides. It comes last, so that TORCH_INDEX can bring nothing else.
# uv takes a quarter of pip's time for the same files and hashes, and goes by pip's settings (.ci/uv.py); pip steps in
# where uv is not to be had or finds nothing. torch is not installed by this folder's pyproject.toml, which tells uv for
# the word `requirements` that it needs nothing of CUDA.
UV = python .ci/uv.py pip install --quiet --python "$$(command -v python)"
PIP = python -m pip install --quiet --no-compile
install = $(UV) --no-deps $(1) 2>/dev/null || $(PIP) --no-deps $(1)
TORCH = $(TORCH_INDEX:%=--extra-index-url %) -r requirements-torch.txt

# For all systems at once (--universal).
COMPILE = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
    --annotation-style line --no-emit-package torch

# In a project of `retrace new` the library is a pinned package; here it is this folder.
PIN := $(wildcard requirements-retrace.txt)
LIBRARY = $(if $(PIN),-r $(PIN),--no-build-isolation -e .)

MARK = touch '$(subst ','\'',$@)'

.PHONY: help setup repro verify same bench statistics search onnx serve mlflow release releaserun onmain image shell contained team smoke publish notebooks programs test lint format requirements clean
.PHONY: docs doctor push pull fetch ledger comment small newest audit sbom package

help:  ## list these words
	@awk -F ':.*## ' '/^[a-z]+:.*##/ {printf "make %-14s%s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY)$(EXTRA)  ## set the environment up, and nothing else (EXTRA=-serve, -dev)

repro: $(READY)  ## run what changed in the pipeline, print the scores (ARGS are for `dvc repro`)
	@retrace repro $(ARGS)

verify: $(READY)  ## make the model again from nothing, twice, and compare every byte
	@retrace verify $(ARGS)

same: $(READY)  ## make what is committed again, in a clone of it, and fail where Git sees a change
	@.ci/same

doctor: $(READY)  ## tell what this machine lacks (ARGS=--gpu)
	@retrace doctor $(ARGS)

push: $(READY)  ## share data, models and finished runs through the DVC remote
	@retrace push $(ARGS)

pull: $(READY)  ## bring them
	@retrace pull $(ARGS)

fetch: $(READY)  ## bring the small files that the comment reads
	@retrace comment --fetch $(ARGS)

# The helper answers from the variable, so that no file of the machine gets the token. Where this fails, the comment
# judges as if it were look 1, and the job that counts it sees that.
ledger:  ## bring the ledger of looks at the test part, as CI does before it writes the comment
	@git -c credential.helper='!f() { echo username=x-access-token; echo "password=$$LEDGER_TOKEN"; }; f' \
	    fetch --quiet origin +refs/retrace/looks:refs/retrace/looks || echo "no ledger of looks yet"

comment: $(READY)  ## write what a pull request changes, as the text of its comment
	@retrace comment $(ARGS)
	@cat .retrace/pull-request/comment.md >> "$${GITHUB_STEP_SUMMARY:-/dev/stdout}"

small: $(READY)  ## run the pipeline with other params (SMALL="train.device=cpu models.cnn.epochs=2")
	dvc exp run $(addprefix --set-param ,$(SMALL))

bench: $(READY)-dev  ## measure, against named baselines, and write docs/benchmarks.md
	python benchmarks/run.py $(ARGS)

statistics: $(READY)-dev  ## simulate how often verdicts are wrong, and write docs/statistics.md
	python benchmarks/significance.py $(ARGS)

search: $(READY)-hpo  ## search hyperparameters (ARGS="--trials 100"); docs/search.md
	@python hpo/search.py $(ARGS)

onnx: $(READY)-serve  ## write the model as one ONNX file, tried on every row (ARGS="--output digits.onnx")
	@retrace export $(ARGS)

package: $(READY)  ## build the wheel of the library into dist/ (TAG=v0.1.0: fail where it is of another version)
	rm -rf build dist
	SOURCE_DATE_EPOCH=315532800 python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .
	@[ -z "$$TAG" ] || [ -e "dist/retrace_ml-$${TAG#v}-py3-none-any.whl" ] || \
	    { echo "error: $$TAG is not the version in pyproject.toml: dist/ has $$(ls dist)" >&2; exit 1; }

release: $(READY)-serve  ## write the model for others into a folder (ARGS="wine-v1 --model v1.0.0 --zip")
	@retrace release $(ARGS)

releaserun:  ## make the release of a run, or check that it was the same (TAG=run-1 COMMIT=1a2b3c4 FOLDER=run)
	@.github/release_run.sh "$$TAG" "$$COMMIT" "$$FOLDER"

onmain:  ## fail unless the commit of a tag is on main (TAG=model@v1.0.0)
	@.github/on_main.sh "$$TAG"

serve: $(READY)-serve  ## answer over HTTP, with a page to try the model (ARGS="--model prod")
	@retrace serve $(ARGS)

mlflow: $(READY)-mlflow .retrace/mlflow-server/ready  ## open MLflow's pages over what `retrace mlflow` logged (ARGS="--port 5001")
	@retrace mlflow ui $(ARGS)

image:  ## build the image of this repository (TARGET=dev or serve); docs/containers.md
	@.ci/image build $(ARGS)

shell:  ## a shell in it, on this folder
	@.ci/image run bash

contained:  ## what `make same` does, in the image as it is built now
	@.ci/image build $(ARGS) && .ci/image same

team:  ## start MLflow, PostgreSQL and an S3 store in containers (ARGS="run --rm pipeline", ARGS=down)
	@.ci/team $(ARGS)

smoke:  ## start the image that serves, and ask it for what the release in released/ says
	@.github/smoke.sh released

publish:  ## push the image that serves (TAG=model@v1.0.0)
	@.github/publish.sh "$$TAG"

notebooks: $(READY)-dev  ## execute data_exploration/ into HTML, beside the notebooks
	cd data_exploration && jupytext --quiet --to ipynb --execute *.py
	cd data_exploration && jupyter nbconvert --log-level WARN --to html *.ipynb

test: $(READY)-dev  ## run the tests (ARGS are for pytest: ARGS="-m 'not slow'"; ARGS="-m long" for the stories left out)
	pytest $(ARGS)

newest:  ## run the tests with the newest of what requirements*.in chose, in an environment of its own
	$(PYTHON) -m venv --clear .retrace/newest
	grep -hv '^-[cr]' requirements.in requirements-dev.in requirements-hpo.in requirements-pretrained.in requirements-boosting.in requirements-serve.in requirements-mlflow.in requirements-kfp.in > .retrace/newest.in
	.retrace/newest/bin/python -m pip install --quiet $(TORCH)
	.retrace/newest/bin/python -m pip install --quiet -r .retrace/newest.in -e .
	PATH="$$PWD/.retrace/newest/bin:$$PATH" python -m pytest $(ARGS)

docs:  ## build docs/ as a site that needs no network (.retrace/site/index.html); a dead link fails
	$(PYTHON) -m venv --clear .retrace/docs
	.retrace/docs/bin/python -m pip install --quiet --no-deps -r requirements-docs.txt
	NO_MKDOCS_2_WARNING=1 .retrace/docs/bin/mkdocs build

audit: sbom  ## ask whether faults of these packages are known
	.retrace/audit/bin/pip-audit --disable-pip --no-deps -r requirements.txt -r requirements-torch.txt \
	    -r requirements-pretrained.txt -r requirements-boosting.txt -r requirements-hpo.txt -r requirements-serve.txt -r requirements-mlflow.txt -r requirements-kfp.txt -r requirements-dev.txt

sbom:  ## list the packages (.retrace/sbom.json, CycloneDX; EXTRA=-serve: those of the server too)
	$(PYTHON) -m venv --clear .retrace/audit
	.retrace/audit/bin/python -m pip install --quiet --no-deps -r requirements-audit.txt
	cat requirements.txt requirements-torch.txt $(EXTRA:%=requirements%.txt) | .retrace/audit/bin/cyclonedx-py requirements \
	    --pyproject pyproject.toml --output-reproducible --output-file .retrace/sbom.json -

programs:  ## install what tests start, as root on Debian or Ubuntu: a browser, an S3 store, PostgreSQL, SLURM
	@LONG=1 .ci/programs

lint: $(READY)-dev  ## check style, types, workflows, the Dockerfile and compose.yaml
	ruff check
	ruff format --check
	mypy
	zizmor --offline --quiet --persona=pedantic .github
	check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
	@.github/actionlint.sh
	check-jsonschema --builtin-schema vendor.compose-spec compose.yaml
	hadolint Dockerfile

format: $(READY)-dev  ## mend style
	ruff check --fix
	ruff format

requirements: $(READY)-dev  ## pin what requirements*.in chose, with the hash of each file (ARGS=--upgrade)
	$(COMPILE) $(ARGS) --output-file requirements.txt requirements.in
	$(COMPILE) $(ARGS) --output-file requirements-pretrained.txt requirements-pretrained.in
	$(COMPILE) $(ARGS) --output-file requirements-boosting.txt requirements-boosting.in
	$(COMPILE) $(ARGS) --output-file requirements-hpo.txt requirements-hpo.in
	$(COMPILE) $(ARGS) --output-file requirements-serve.txt requirements-serve.in
	$(COMPILE) $(ARGS) --output-file requirements-mlflow.txt requirements-mlflow.in
	$(COMPILE) $(ARGS) --output-file requirements-mlflow-server.txt requirements-mlflow-server.in
	$(COMPILE) $(ARGS) --output-file requirements-dev.txt requirements-dev.in
	$(COMPILE) $(ARGS) --output-file requirements-kfp.txt requirements-kfp.in
	$(COMPILE) $(ARGS) --output-file requirements-audit.txt requirements-audit.in
	$(COMPILE) $(ARGS) --output-file requirements-docs.txt requirements-docs.in
	echo uv | $(COMPILE) $(ARGS) --constraint requirements-dev.txt --output-file requirements-uv.txt -

clean:  ## remove what the pipeline made; `dvc repro` restores it from DVC's cache
	rm -rf cache report/figures report/*.csv report/index.html dvc_plots

$(READY): requirements.txt requirements-torch.txt pyproject.toml $(PIN)
	@$(PYTHON) -c 'import sys; v = sys.version_info; \
	    sys.exit(0 if v >= (3, 11) else "Retrace needs Python 3.11 or newer; %s is %d.%d: make PYTHON=python3.11 ..." % (sys.executable, v[0], v[1]))'
	@$(if $(strip $(ACTIVE)),,$(PYTHON) -m venv .venv)
	@command -v uv >/dev/null || $(PIP) --no-deps -r requirements-uv.txt || true
	$(call install,-r requirements.txt)
	$(UV) --project / $(TORCH) 2>/dev/null || $(PIP) $(TORCH)
	$(call install,$(LIBRARY))
	@python -m retrace merge-lock --set-up || true
	@$(MARK)

$(READY)-hpo: requirements-hpo.txt $(READY)
	$(call install,-r requirements-hpo.txt)
	@$(MARK)

$(READY)-serve: requirements-serve.txt $(READY)
	$(call install,-r requirements-serve.txt)
	@$(MARK)

$(READY)-mlflow: requirements-mlflow.txt $(READY)
	$(call install,-r requirements-mlflow.txt)
	@$(MARK)

$(READY)-kfp: requirements-kfp.txt $(READY)
	$(call install,-r requirements-kfp.txt)
	@$(MARK)

# Its packages are not the pipeline's: MLflow's server wants older ones.
.retrace/mlflow-server/ready: requirements-mlflow-server.txt
	$(PYTHON) -m venv --clear .retrace/mlflow-server
	.retrace/mlflow-server/bin/python -m pip install --quiet --no-deps -r requirements-mlflow-server.txt
	@touch $@

$(READY)-dev: requirements-dev.txt requirements-pretrained.txt requirements-boosting.txt $(READY)-hpo $(READY)-serve $(READY)-mlflow $(READY)-kfp
	$(call install,-r requirements-dev.txt -r requirements-pretrained.txt -r requirements-boosting.txt)
	@$(MARK)
