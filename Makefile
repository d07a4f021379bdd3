# Everything that is needed beside Go is built by these rules, at the versions that
# internal/tools/go.mod pins.

GO      ?= go
BIN     := $(CURDIR)/bin
FUZZTIME ?= 1m
PACKAGES := ./...

export PODMEND_TEST_HELM      ?= $(BIN)/helm
export PODMEND_TEST_KUSTOMIZE ?= $(BIN)/kustomize

TOOLS := internal/tools/go.mod internal/tools/go.sum

.PHONY: build test race hostile lint golden validation bench fuzz demo clean
.DEFAULT_GOAL := build

build: ## the program, in bin/podmend
	$(GO) build -trimpath -o $(BIN)/podmend ./cmd/podmend

test: $(BIN)/helm $(BIN)/kustomize ## every test
	$(GO) test $(PACKAGES)

race: $(BIN)/helm $(BIN)/kustomize ## every test, under the race detector
	$(GO) test -race $(PACKAGES)

validation: ## mended pods against Kubernetes' own validation; a module of its own
	$(GO) test -C internal/validation ./...

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

lint: $(BIN)/gofumpt $(BIN)/staticcheck ## format, vet and staticcheck
	@unformatted=$$($(BIN)/gofumpt -l $$(git ls-files --cached --others --exclude-standard '*.go')); \
	if [ -n "$$unformatted" ]; then echo "not formatted by gofumpt:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet $(PACKAGES)
	$(BIN)/staticcheck $(PACKAGES)

golden: $(BIN)/helm $(BIN)/kustomize ## rewrite the expected texts of the tests
	$(GO) test ./check ./cmd/podmend ./report ./internal/yamledit ./internal/cli -update
	$(GO) test ./internal/cli -run TestControlPages -update # again, for examples that were rewritten

bench: build $(BIN)/helm $(BIN)/kustomize ## podmend against helm and kustomize, in one run; PODMEND_BENCH names more repositories
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
	rm -rf $(BIN)

$(BIN)/helm: $(TOOLS)
	$(GO) build -C internal/tools -o $@ helm.sh/helm/v3/cmd/helm

$(BIN)/kustomize: $(TOOLS)
	$(GO) build -C internal/tools -o $@ sigs.k8s.io/kustomize/kustomize/v5

$(BIN)/gofumpt: $(TOOLS)
	$(GO) build -C internal/tools -o $@ mvdan.cc/gofumpt

$(BIN)/staticcheck: $(TOOLS)
	$(GO) build -C internal/tools -o $@ honnef.co/go/tools/cmd/staticcheck
