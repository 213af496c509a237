# `make` alone lists the targets. Each is one script in scripts/.

.DEFAULT_GOAL := help
.PHONY: help run test bench lint build clean

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run: ## set up, build and serve the page on http://localhost:8080
	@scripts/run

test: ## set up, build and run every test; ARGS="-k stop tests/unit" goes to pytest
	@scripts/test $(ARGS)

bench: ## measure; writes bench/results.json and the tables of docs/benchmarks.md
	@scripts/bench $(ARGS)

lint: ## check style and types of Python and TypeScript
	@scripts/lint

build: ## set up and build the site into dist/
	@scripts/setup
	@scripts/build

clean: ## remove what was built; installed packages and the download cache stay
	@scripts/clean
