# `make run` and `make test` need nothing but Debian (or alike) with Python 3.11 or 3.12: each makes what it needs.

.PHONY: run test lint pytest bench clean help
.DEFAULT_GOAL := run

STAMP := .venv/.installed-from-cpu.lock
FIRST := results/recorded/figures/gain_by_cause.png

run: $(STAMP) browser ## Draw the first figure of the recorded run, then build the default experiment (smoke)
	@mkdir -p results/.snakemake
	.venv/bin/snakemake --cores all $(FIRST)
	@echo "First look: $(FIRST), from a recorded run on a GPU. Now the default experiment."
	.venv/bin/snakemake --cores all

test: $(STAMP) browser ## Lint, unit tests, and tests of the DAG on a complete reduced run
	@$(MAKE) --no-print-directory --jobs 2 lint pytest

# Beside lint, most of which is mypy on one core.
pytest: $(STAMP) browser
	OMP_NUM_THREADS=1 .venv/bin/python -m pytest -n logical --maxprocesses 4 --dist worksteal

lint: $(STAMP) ## Check style, formatting, types and rules
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/snakefmt --check Snakefile rules
	.venv/bin/snakemake --lint

bench: $(STAMP) browser ## Print the times that the docs name; a smoke run takes most of it
	for name in questions statistics report_page workflow; do .venv/bin/python benchmarks/$$name.py || exit 1; done

# A run holds results/ by a lock of the kernel (src/finmath_grpo/workflow/hold.py).
clean: ## Delete what was built in results/, but keep results/cache and .venv
	@test ! -e results/.snakemake/held-by || flock --nonblock results/.snakemake/held-by true \
		|| { echo "error: results/ is in use by $$(cat results/.snakemake/held-by)" >&2; exit 1; }
	@find -H results -mindepth 1 -maxdepth 1 ! -name README.md ! -name cache ! -name .snakemake -exec rm -rf {} +
	@test ! -d results/.snakemake || find results/.snakemake -mindepth 1 -maxdepth 1 ! -name .gitkeep -exec rm -rf {} +
	@echo "Deleted what was built in results/."
	@test ! -d results/cache || echo "Kept results/cache ($$(du -sh results/cache | cut -f 1)): finished training and" \
		"completions, from which the next run goes on; rm -r results/cache deletes it."
	@echo "Kept .venv."

help: ## Say what make can do
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 24

# Tests that need more than this machine's Python.
.PHONY: test-slurm
test-slurm: $(STAMP) browser ## Start a Slurm of two nodes here and run the reduced experiment on it (20 minutes, root)
	.venv/bin/python -m pip install --quiet --no-deps --require-hashes -r envs/slurm.lock
	.venv/bin/python -m pytest -rs -o pythonpath="src tests tests/workflow" tests/slurm

# What is made for others: one file to go on from, pages and pictures from measurements, licences and results.
.PHONY: archive artifact results pages notice pictures test-container
archive: $(STAMP) ## Write finmath-grpo.tar.zst: sources, results, hashes, provenance
	.venv/bin/python -m finmath_grpo.release.archive finmath-grpo.tar.zst

artifact: $(STAMP) ## Write ARTIFACT.md, and the numbers of README and docs, again
	.venv/bin/python -m finmath_grpo.release.page
	.venv/bin/python -m finmath_grpo.release.texts

results: $(STAMP) browser ## Print docs/results.md on two pages of A4, results/results.pdf
	.venv/bin/python -m finmath_grpo.release.printed docs/results.md results/results.pdf --pages 2

# After a new record: put it into data/recorded/, name it in config/recorded.yaml, then this.
pages: scorers pictures artifact results ## Build recorded and published, and make all pages and pictures again from them

notice: $(STAMP) ## Write NOTICE again
	.venv/bin/python -m finmath_grpo.release.notice > NOTICE.new && mv NOTICE.new NOTICE

pictures: $(STAMP) browser ## Make the pictures of README and docs again (needs graphviz)
	.venv/bin/snakemake --cores all recorded published
	.venv/bin/python -m finmath_grpo.release.texts
	.venv/bin/python -m finmath_grpo.release.pictures

test-container: $(STAMP) ## Build the CPU image and test it, with Docker or Podman
	.venv/bin/python -m pytest tests/container

# What other projects' tools say of ours; they have an environment of their own.
.PHONY: test-tools
TOOLS := .venv-tools/.installed-from-tools.lock

test-tools: $(TOOLS) ## What other projects' tools say of ours
	.venv-tools/bin/python -m pytest tests/tools

.PHONY: scorers
RECORDED := results/recorded
AUDITED := llama-base llama-grpo llama-grpo-fixed gemma-it gemma-dpo

scorers: $(STAMP) $(TOOLS) ## Judge the recorded run by other tools' scorers again (a new record needs it)
	.venv/bin/snakemake --cores all $(RECORDED)/scores.csv
	.venv-tools/bin/python -m finmath_grpo.scorer_audit --tests $(RECORDED)/data/test.jsonl \
		--scores $(RECORDED)/scores.csv --completions $(AUDITED:%=$(RECORDED)/completions/%.jsonl) \
		--output data/recorded/scorer_audit.csv

# The whole report page in a browser, of the experiments of results/ that are there.
.PHONY: test-page
PAGE := .venv-page/.installed-from-page.lock

test-page: $(PAGE) browser ## Drive the report pages in Chromium and print what was checked
	.venv-page/bin/python tests/page/drive.py $(patsubst %/report/index.html,%,$(wildcard results/*/report/index.html))

$(PAGE): envs/page.lock
	@sh envs/make-venv page .venv-page
	@touch $@

$(TOOLS): envs/tools.lock envs/tools-alone.lock
	@sh envs/make-venv tools .venv-tools
	@.venv-tools/bin/pip install --quiet --no-deps --ignore-requires-python -r envs/tools-alone.lock
	@touch $@

$(STAMP): envs/cpu.lock
	@sh envs/make-venv
	@touch $@

.PHONY: browser
browser:
	@sh envs/find-browser
