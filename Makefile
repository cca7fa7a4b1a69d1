# What a developer and CI call. The work is in scripts/.
SHELL := /bin/bash
GOLANGCI_VERSION := v2.15.0
GOLANGCI := .tools/golangci-lint-$(GOLANGCI_VERSION)
SCALE ?= XS
export GOLANGCI

.DEFAULT_GOAL := help
.PHONY: help build demo test lint archtest generate verify bench nightly torture ha release setup tools clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## bin/zhike
	CGO_ENABLED=0 go build -trimpath -o bin/zhike ./cmd/zhike

demo: build ## Zhike with a demo company, on this machine alone
	bin/zhike demo

test: ## everything that CI runs: set-up, verify, lint, archtest, tests, browser tests
	@scripts/test.sh

lint: $(GOLANGCI) ## golangci-lint
	$(GOLANGCI) run --allow-parallel-runners ./...

archtest: ## who imports whom, length of files, language of the source
	go test -count=1 ./internal/archtest

generate: ## pages (templ), assets and what else is generated
	scripts/generate.sh

verify: ## the generated files are those that the sources give
	scripts/verify.sh

bench: build ## figures of PRF-1..6, 9, 10 at SCALE=XS|S
	bin/zhike bench --scale $(SCALE) --json

torture: ## crashes, power cuts, failing, full and slow disks, keys twice, clock jumps: KILLS=, CUTS=, SYNCS=, SLOW=, TWICE=, JUMPS=
	@scripts/torture.sh

ha: ## PostgreSQL under failover: kills the primary KILLS=20 times under load
	@scripts/ha.sh

release: ## VERSION= KEY=file: two equal builds, SBOM, signed digests in dist/
	@scripts/release.sh "$(VERSION)" "$(KEY)"

nightly: tools ## long tests with the race detector, on PostgreSQL too; torture, failover, two builds compared
	ZHIKE_NIGHTLY=true go run ./internal/testkit/withpostgres go test -race -count=1 -timeout 120m ./...
	ZHIKE_MODEL_STEPS=60 RAPID_CHECKS=20000 go run ./internal/testkit/withpostgres go test -count=1 -timeout 300m ./internal/app -run 'TRU9_Model'
	ZHIKE_FAULTS=3 go run ./internal/testkit/withpostgres go test -count=1 -timeout 60m ./internal/people ./internal/process ./internal/contracts ./internal/sales ./internal/finance
	KILLS=1000 CUTS=200 SYNCS=50 SLOW=20 TWICE=500 JUMPS=500 scripts/torture.sh
	scripts/ha.sh
	scripts/release.sh --check=builds

setup: ## install what tests need (Debian, as root) and say what is left out
	scripts/setup.sh

tools: $(GOLANGCI) ## build the pinned tools
	@go tool -modfile=tools/go.mod -n templ >/dev/null
	@go tool -modfile=tools/go.mod -n mailpit >/dev/null

clean: ## remove what was built
	rm -rf bin .tools shots

# Its authors ask not to have it in a go.mod beside other modules: it is installed by version.
$(GOLANGCI):
	GOBIN=$(CURDIR)/.tools go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)
	mv .tools/golangci-lint $@
	ln -sf $(notdir $@) .tools/golangci-lint
