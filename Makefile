# `make` alone tells what there is. Every target makes or repairs its environment in .venv/ first.
# Folders given on the command line are relative to this one; ARGS goes to the program behind.

PYTHON := .venv/bin/python
PYTEST := $(PYTHON) -m pytest tests --ignore=tests/benchmarks \
	--numprocesses auto --maxprocesses 4 --dist loadgroup

absolute = $(if $(filter /%,$1),$1,$(if $(filter ~/%,$1),$(HOME)$(patsubst ~%,%,$1),$(CURDIR)/$1))
ifdef WORK
override export WORK := $(call absolute,$(WORK))
endif
ifdef IMG
override export IMG := $(call absolute,$(IMG))
endif
ifdef ANNOTATIONS
override export ANNOTATIONS := $(call absolute,$(ANNOTATIONS))
endif
export STEPS
export MINUTES
export PI_FPS
export RECIPE
export START
export POLICY
export ATTRIBUTE
export LAYOUT
export TABLE_COLUMNS
export CLASS_MAP
export INFERENCE_TYPE
export GROUP_BY
export RESPLIT

# The TensorFlow Lite converter calls a program of the environment by its bare name.
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export PYTHONNOUSERSITE := 1
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV CONDA_PREFIX

.DEFAULT_GOAL := help
.PHONY: bench clean coverage demo distclean help kernel lab lint quick setup test

help: ## what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

setup: ## make or repair the environment, and nothing more
	@sh helpers/environment.sh

demo: setup ## photos to detector on this machine: [WORK=DIR] [IMG=DIR ANNOTATIONS=DIR] [STEPS=N] [MINUTES=N] [PI_FPS=N] [RECIPE=NAME] [START=last] [POLICY=fail] [ATTRIBUTE=NAME] [LAYOUT=NAME] [TABLE_COLUMNS=NAMES] [CLASS_MAP=OLD=NEW,...] [INFERENCE_TYPE=QUANTIZED_UINT8] [GROUP_BY=REGEX] [RESPLIT=1]
	@$(PYTHON) -m helpers demo $(if $(WORK),--work "$$WORK") $(if $(IMG),--img "$$IMG") \
		$(if $(ANNOTATIONS),--annotations "$$ANNOTATIONS") $(if $(STEPS),--steps "$$STEPS") \
		$(if $(MINUTES),--minutes "$$MINUTES") $(if $(PI_FPS),--pi-fps "$$PI_FPS") \
		$(if $(START),--start "$$START") \
		$(if $(RECIPE),--recipe "$$RECIPE") $(if $(POLICY),--policy "$$POLICY") \
		$(if $(ATTRIBUTE),--attribute "$$ATTRIBUTE") $(if $(LAYOUT),--layout "$$LAYOUT") \
		$(if $(TABLE_COLUMNS),--columns "$$TABLE_COLUMNS") $(if $(CLASS_MAP),--class-map "$$CLASS_MAP") \
		$(if $(INFERENCE_TYPE),--inference-type "$$INFERENCE_TYPE") \
		$(if $(GROUP_BY),--group-by "$$GROUP_BY") $(if $(RESPLIT),--resplit) $(ARGS)

test: setup ## all tests: [WORK=DIR] [ARGS="-k doctor"]
	@$(PYTEST) $(ARGS)

quick: setup ## the tests that train nothing and build no image
	@$(PYTEST) -m "not training and not docker" $(ARGS)

coverage: setup ## branch coverage of helpers, trainer and pi by the tests that train nothing
	@$(PYTEST) --cov --cov-report=term:skip-covered -m "not training and not docker" $(ARGS)

bench: setup ## how fast it is
	@$(PYTHON) -m pytest tests/benchmarks -s $(ARGS)

lint: setup ## style, layout and types
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m mypy

lab: setup ## JupyterLab on the notebooks
	@JUPYTER_PREFER_ENV_PATH=1 $(PYTHON) -m jupyterlab --LabApp.default_url=/lab/tree/notebooks \
		--LabApp.app_settings_dir="$(CURDIR)/notebooks/.jupyter" \
		$(if $(filter 0,$(shell id -u)),--allow-root) $(ARGS)

kernel: setup ## register the environment as a Jupyter kernel, for SageMaker Studio
	@$(PYTHON) -m ipykernel install --user --name photos-to-pi \
		--display-name "Photos to Pi (Python 3.7)" --env PATH "$(CURDIR)/.venv/bin:\$${PATH}"

clean: ## remove work/: data, jobs, models
	rm -rf work

distclean: clean ## remove the environment too
	rm -rf .venv .venv.uv .venv.unfinished .venv.log
