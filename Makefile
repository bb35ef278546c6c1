# The commands of a new user. Everything else is an npm script.
static := format:check lint types boundaries dead-code series
.PHONY: static run build test deb packages-build packages-test modules worker bridge clean
MAKEFLAGS += --no-print-directory

run: build ## a call in the browser, with nothing but this bridge
	@exec npm run --silent demo

build: packages-build modules worker bridge ## up to the compiled bridge: dist/main.js

test: packages-test modules worker bridge ## every check and test
	@npm run --silent check
	@npm run --silent test:integration
	@npm run --silent test:e2e

static: ## of `npm run check`, side by side
	@$(MAKE) -j2 --output-sync $(static:%=%.static)

%.static:
	@npm run --silent $*

deb: build ## the Debian package: out/trestle_*.deb
	@node scripts/build-deb.mjs

packages-build:
	@scripts/install-packages.sh build

packages-test:
	@scripts/install-packages.sh test

modules: node_modules/.package-lock.json

node_modules/.package-lock.json: package-lock.json
	npm ci --no-fund --no-audit
	@touch $@

worker: modules packages-build
	@mkdir -p bin && ln -sfn "$$(node scripts/build-worker.mjs)" bin/mediasoup-worker
	@test -x bin/mediasoup-worker

bridge: modules
	@npm run --silent build

clean: ## what make made; the worker's cache stays
	rm -rf dist demo/dist node_modules coverage
