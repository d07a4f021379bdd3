# Everything that is needed beside Go is built by these rules, at the versions that
# internal/tools/go.mod pins.

GO      ?= go
BIN     := $(CURDIR)/bin
FUZZTIME ?= 1m
PACKAGES := ./...

export PODMEND_TEST_HELM      ?= $(BIN)/helm
export PODMEND_TEST_KUSTOMIZE ?= $(BIN)/kustomize
export PODMEND_TEST_ACT        ?= $(BIN)/act
export PODMEND_TEST_ACTIONLINT ?= $(BIN)/actionlint

TOOLS := internal/tools/go.mod internal/tools/go.sum
TESTED_WITH := $(BIN)/helm $(BIN)/kustomize $(BIN)/act $(BIN)/actionlint

.PHONY: build test action browser chromium race hostile shards manual image archives snapshot sums reproducible lint golden validation fluxbuild bench fuzz demo clean
.DEFAULT_GOAL := build

build: ## the program, in bin/podmend, without C as it is released
	CGO_ENABLED=0 $(GO) build -trimpath -o $(BIN)/podmend ./cmd/podmend

test: $(TESTED_WITH) ## every test
	$(GO) test -timeout 30m $(PACKAGES)

race: $(TESTED_WITH) ## every test, under the race detector
	$(GO) test -race -timeout 60m $(PACKAGES)

action: $(BIN)/act $(BIN)/actionlint ## the action: its table, its launcher, and each workflow of docs/workflows under act
	$(GO) test ./internal/cli -run TestAction
	$(GO) test ./internal/actiontest

validation: ## mended pods against Kubernetes' own validation; a module of its own
	$(GO) test -C internal/validation ./...

fluxbuild: ## Kustomizations of Flux against the code of its controller; a module of its own
	$(GO) test -C internal/fluxbuild ./...

browser: chromium ## the HTML report in a real browser; a module of its own. PODMEND_SCREENSHOTS=FOLDER keeps pictures
	$(GO) test -C internal/browser ./...

chromium: ## ends with an error where the browser's tests have no browser and can't install one
	@for name in "$$PODMEND_TEST_CHROMIUM" chromium chromium-browser google-chrome; do \
		[ -n "$$name" ] && command -v "$$name" >/dev/null && exit 0; \
	done; \
	if command -v apt-get >/dev/null && [ $$(id -u) = 0 ]; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium fonts-dejavu-core; \
	else \
		echo "there is no Chromium for the tests of the HTML report: install it, or set PODMEND_TEST_CHROMIUM to its program"; exit 1; \
	fi

NOBODY := 65534
hostile: ## the hostile repositories, one of 200,000 files among them; for root, as an ordinary user too
	$(GO) test -c -o $(BIN)/hostile.test ./cmd/podmend
	cd cmd/podmend && PODMEND_TEST_FOREST=200000 $(BIN)/hostile.test -test.run TestHostile
	@if [ $$(id -u) = 0 ]; then \
		dir=$$(mktemp -d) && chown $(NOBODY):$(NOBODY) $$dir && cp $(BIN)/hostile.test $$dir && \
		mkdir -p $$dir/cmd/podmend && cp -R testdata $$dir && cd $$dir/cmd/podmend && \
		echo "as user $(NOBODY):" && \
		env -i PATH="$$PATH" HOME=$$dir TMPDIR=$$dir setpriv --reuid=$(NOBODY) --regid=$(NOBODY) --clear-groups \
			$$dir/hostile.test -test.run TestHostile; \
		code=$$?; rm -rf $$dir; exit $$code; \
	fi

shards: ## 1,000 overlays and 200 charts through plan, 4 shards and merge, against one run
	PODMEND_TEST_SHARDS=1000x200x2 $(GO) test ./internal/cli -run TestShardsEqualOneRun -timeout 30m

manual: ## man pages and shell completions, in bin/manual
	$(GO) run ./internal/manual bin/manual

image: ## the image of the Dockerfile, built twice and tried; for root, with buildah
	.ci/image

archives: $(BIN)/goreleaser ## what is released as VERSION, in dist: the same bytes each time
	$(GO) run ./internal/release archives "$(VERSION)" $(BIN)/goreleaser

snapshot: ## archives of the work tree, to try
	$(MAKE) archives VERSION=v0.0.0-snapshot

sums: archives ## action/checksums.txt, action/version and Formula/podmend.rb of VERSION, to commit before its tag
	$(GO) run ./internal/release sums "$(VERSION)"

reproducible: $(BIN)/goreleaser ## sums, committed, are those of archives that a fresh clone builds; takes minutes
	.ci/reproducible

lint: $(BIN)/gofumpt $(BIN)/staticcheck ## format, vet and staticcheck
	@unformatted=$$($(BIN)/gofumpt -l $$(git ls-files --cached --others --exclude-standard '*.go')); \
	if [ -n "$$unformatted" ]; then echo "not formatted by gofumpt:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet $(PACKAGES)
	$(BIN)/staticcheck $(PACKAGES)

golden: $(TESTED_WITH) ## rewrite the expected texts of the tests
	$(GO) test ./render ./check ./cmd/podmend ./report/... ./internal/yamledit ./internal/review ./internal/cli ./internal/release -update
	$(GO) test ./internal/cli -run TestControlPages -update # again, for examples that were rewritten

bench: build $(BIN)/helm $(BIN)/kustomize ## podmend against helm and kustomize, and what proofs cost in renderings; PODMEND_BENCH names more repositories
	$(GO) test ./internal/cli -run '^$$' -bench ChartCost -benchtime 3x
	$(GO) run ./internal/bench -podmend $(BIN)/podmend -helm $(BIN)/helm -kustomize $(BIN)/kustomize $(PODMEND_CORPUS) $(PODMEND_BENCH)

# Without its limit, making an interesting input smaller takes most of the time.
fuzz: ## each fuzz target for FUZZTIME
	@for package in $$($(GO) list $(PACKAGES)); do \
		for target in $$($(GO) test -list '^Fuzz' $$package | grep '^Fuzz'); do \
			echo "$$package $$target"; \
			$(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x $$package || exit 1; \
		done; \
	done

demo: build ## check and mend a small broken repository
	@$(BIN)/podmend check testdata/demo || test $$? -eq 1
	@echo
	@echo "podmend fix would change:"
	@$(BIN)/podmend fix testdata/demo || test $$? -eq 1

clean:
	rm -rf $(BIN) dist

$(BIN)/helm: $(TOOLS)
	$(GO) build -C internal/tools -o $@ helm.sh/helm/v3/cmd/helm

$(BIN)/kustomize: $(TOOLS)
	$(GO) build -C internal/tools -o $@ sigs.k8s.io/kustomize/kustomize/v5

$(BIN)/goreleaser: internal/release/tools/go.mod internal/release/tools/go.sum
	$(GO) build -C internal/release/tools -o $@ github.com/goreleaser/goreleaser/v2

$(BIN)/actionlint: $(TOOLS)
	$(GO) build -C internal/tools -o $@ github.com/rhysd/actionlint/cmd/actionlint

$(BIN)/gofumpt: $(TOOLS)
	$(GO) build -C internal/tools -o $@ mvdan.cc/gofumpt

$(BIN)/staticcheck: $(TOOLS)
	$(GO) build -C internal/tools -o $@ honnef.co/go/tools/cmd/staticcheck

$(BIN)/act: $(TOOLS)
	$(GO) build -C internal/tools -o $@ github.com/nektos/act
