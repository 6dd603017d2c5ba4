# `make run` and `make test` need nothing but Debian (or alike) with Python 3.11 or 3.12: each makes what it needs.

.PHONY: run test lint bench clean
.DEFAULT_GOAL := run

STAMP := .venv/.installed-from-cpu.lock

run: $(STAMP) browser
	@mkdir -p results/.snakemake
	.venv/bin/snakemake --cores all

test: $(STAMP) browser lint
	.venv/bin/python -m pytest

lint: $(STAMP)
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/snakefmt --check Snakefile rules
	.venv/bin/snakemake --lint

# Prints every figure that the README and the issues name; the smoke run takes most of it.
bench: $(STAMP) browser
	for benchmark in benchmarks/*.py; do .venv/bin/python $$benchmark || exit 1; done

# One file to go on from elsewhere; the pages that are made from measurements and licences; the image under test.
.PHONY: archive artifact notice test-container
archive: $(STAMP)
	.venv/bin/python -m finmath_grpo.release.archive finmath-grpo.tar.zst

artifact: $(STAMP)
	.venv/bin/python -m finmath_grpo.release.page

notice: $(STAMP)
	.venv/bin/python -m finmath_grpo.release.notice > NOTICE.new && mv NOTICE.new NOTICE

test-container: $(STAMP)
	.venv/bin/python -m pytest tests/container

# What other projects' tools say of ours; they have an environment of their own.
.PHONY: test-tools
TOOLS := .venv-tools/.installed-from-tools.lock

test-tools: $(TOOLS)
	.venv-tools/bin/python -m pytest tests/tools

$(TOOLS): envs/tools.lock
	@sh envs/make-venv tools .venv-tools
	@touch $@

$(STAMP): envs/cpu.lock
	@sh envs/make-venv
	@touch $@

.PHONY: browser
browser:
	@sh envs/find-browser
