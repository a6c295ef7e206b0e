# The two commands that a fresh machine needs: make demo, make test.
.DEFAULT_GOAL := help
.PHONY: help demo test bench many landings format lock templates clean

PYTHON := .venv/bin/python

help: ## say what can be made
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 18

demo: ## a filled workbook, its review packs and mails, in demo-out
	@scripts/bootstrap.sh run
	@.venv/bin/kpixl demo -o demo-out

test: ## every check, and all tests against the built wheel
	@scripts/bootstrap.sh test
	@scripts/test.sh

bench: ## the ratios of benchmarks/results.md, measured now on this machine
	@scripts/bootstrap.sh test
	@$(PYTHON) -m benchmarks.run

many: ## packs a minute and memory, for up to 200 packs: benchmarks/many.md
	@scripts/bootstrap.sh test
	@$(PYTHON) -m benchmarks.many

landings: ## how near landings come on real series: benchmarks/landing.md
	@scripts/bootstrap.sh test
	@$(PYTHON) -m benchmarks.landing

format: ## put the source into the house's form
	@scripts/bootstrap.sh test
	@$(PYTHON) -m ruff check --fix .
	@$(PYTHON) -m ruff format .

lock: ## take the newest packages into the lock files
	@scripts/bootstrap.sh test
	@scripts/lock.sh

templates: ## write workbook_templates, docs/functions and docs/brand anew
	@scripts/bootstrap.sh test
	@$(PYTHON) -m kpixl.workbook.template
	@$(PYTHON) -m kpixl.hosts.excel
	@$(PYTHON) -m kpixl.hosts.reference
	@$(PYTHON) -m kpixl.delivery.template_reference

clean: ## remove what the other commands made
	@rm -rf .venv build demo-out .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
