# Everything runs in the environment that start.py makes in .venv (once) and keeps whole.
# On Windows, without make:  py start.py lab   and   py start.py test

PYTHON ?= python3
PORT ?=
START = @command -v "$(PYTHON)" >/dev/null 2>&1 || { \
	echo 'There is no command "$(PYTHON)": install Python 3.11 or newer, or name yours with PYTHON=...' >&2; \
	exit 1; }; "$(PYTHON)" start.py

.DEFAULT_GOAL := help
.PHONY: help lab test crosscheck lowest mutants bench exercises notebooks lock clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' Makefile

lab: ## open the course in JupyterLab (PORT=8890 for another port)
	$(START) lab $(if $(PORT),--port "$(PORT)")

test: ## run every test (ARGS="-k averages" for some of them)
	$(START) test $(ARGS)

# torch's default build brings gigabytes of CUDA: PIP_EXTRA_INDEX_URL=<torch's index of CPU builds>
# makes pip take the small one.
CROSSCHECK = .venv-crosscheck/bin/python

crosscheck: ## compare the optimizers with torch, Keras and optax, in an environment of their own
	@test -x $(CROSSCHECK) || "$(PYTHON)" -m venv .venv-crosscheck
	$(CROSSCHECK) -m pip --quiet --disable-pip-version-check install -r tests/crosscheck/requirements.txt
	$(CROSSCHECK) tests/crosscheck/crosscheck.py $(ARGS)

# The browser and pytest are those of `make test`; the server and its kernels are the other's.
LOWEST = .venv-lowest/bin/python
IN_BROWSER = COURSE_SERVER_PYTHON="$(CURDIR)/$(LOWEST)" "$(PYTHON)" start.py test tests/browser

lowest: ## see the course in the lowest JupyterLab that is allowed, and in Notebook 7
	@test -x $(LOWEST) || "$(PYTHON)" -m venv .venv-lowest
	$(LOWEST) -m pip --quiet --disable-pip-version-check install \
		--require-hashes --only-binary=:all: -r tests/browser/lowest.txt
	$(LOWEST) -m pip --quiet --disable-pip-version-check install \
		--no-deps --no-index --no-build-isolation --editable .
	COURSE_FRONT_END=lab $(IN_BROWSER) -m every_lab $(ARGS)
	COURSE_FRONT_END=notebook $(IN_BROWSER) -m first_lesson $(ARGS)

mutants: ## break the optimizers in many small ways and see the tests fail
	$(START) run tests/mutants/mutants.py

bench: ## measure how fast the pictures answer and the optimizers step
	$(START) run tests/benchmarks/bench.py
	$(START) run tests/benchmarks/bench_course.py
	@if test -x $(CROSSCHECK); then $(CROSSCHECK) tests/benchmarks/bench_optimizers.py; \
	else "$(PYTHON)" start.py run tests/benchmarks/bench_optimizers.py; fi

exercises: ## run the solutions and write the learners' notebooks from them (ARGS=05 for one)
	$(START) run -m course_lib.command.authoring exercises $(ARGS)

notebooks: ## run the lessons and store their outputs (ARGS=05 for one)
	$(START) run -m course_lib.command.authoring notebooks $(ARGS)

# uv, because it locks for every system and Python at once; the header names no machine.
UV = requirements-uv.lock
COMPILE = .uv/bin/uv --quiet pip compile --upgrade --universal --python-version 3.11 \
	--generate-hashes --no-annotate --custom-compile-command "make lock"
COURSE = pyproject.toml --group build

lock: ## pin the newest versions in the lock files, and the lowest for `make lowest`
	$(START) run -m pip --quiet install --upgrade --target .uv --require-hashes -r $(UV)
	echo uv | $(COMPILE) - -o $(UV)
	$(COMPILE) $(COURSE) -o requirements.lock
	$(COMPILE) $(COURSE) --extra test -c requirements.lock -o requirements-test.lock
	$(COMPILE) $(COURSE) --resolution lowest-direct tests/browser/lowest.in -o tests/browser/lowest.txt

clean: ## remove the environment and what was made on the way
	rm -rf .venv .uv .venv-crosscheck .venv-lowest .pytest_cache .ruff_cache .hypothesis build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find . -name .ipynb_checkpoints -not -path "./exercises/*" -type d -prune -exec rm -rf {} +
