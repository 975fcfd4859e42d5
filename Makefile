# Works with Go and make alone. `make help` lists the targets.
.POSIX:

GO         = go
OUT        = out
EXAMPLES   = spec/examples
# What the examples show off makes warnings; QUIET= shows them.
QUIET      = --quiet
FUZZTIME   = 5s
FUZZ       = ^Fuzz
BENCH      = .
N          = 1000
RUNS       = 5
# Guards against tests that hang. Each run of a tool has a shorter one of its own.
TESTFLAGS  = -timeout 20m
E2EFLAGS   = -count 1 -timeout 60m
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2

# The flags that name every example: one -f each, sorted, so that each run reads the same.
SPECS = $$(find $(EXAMPLES) -name '*.yaml' | LC_ALL=C sort | sed 's/^/-f /')

.PHONY: all
all: lint test check ## lint, test and check; see also e2e

.PHONY: build
build: ## build bin/pzgen
	$(GO) build -trimpath -o bin/pzgen ./cmd/pzgen

.PHONY: generate
generate: ## generate out/ from every example
	@test -n "$(SPECS)" || { echo "no example in $(EXAMPLES)" >&2; exit 1; }
	@$(GO) run ./cmd/pzgen generate $(QUIET) $(SPECS) -o $(OUT)
	@echo "$(OUT)/ is generated from the examples: see $(OUT)/minimal/README.md. QUIET= shows what pzgen warns of in them"

.PHONY: check
check: ## tell whether out/ is what the examples give
	@test -n "$(SPECS)" || { echo "no example in $(EXAMPLES)" >&2; exit 1; }
	$(GO) run ./cmd/pzgen check $(SPECS) -o $(OUT)

# The tests that run real tools are called TestReal…; package testtool sees to it.
REAL = $$(find . -name '*_test.go' -exec grep -h '^func TestReal' {} + | sed 's/^func //; s/(.*//' | LC_ALL=C sort)

.PHONY: test
test: ## run every test that needs Go alone; the last line tells what is left to make e2e
	@echo "$(GO) test $(TESTFLAGS) ./..." && status=0 && \
	{ PZGEN_TOOLS= $(GO) test $(TESTFLAGS) ./... || status=$$?; } && \
	echo "left to make e2e, which runs terraform, the AWS CLI, moto, cfn-lint, bash and more:" $(REAL) && exit $$status

.PHONY: e2e
e2e: ## run every test with the tools that the output is for; the last line tells which are missing
	@packages=$$(find . -name '*_test.go' -exec grep -l '^func TestReal' {} + | sed 's|/[^/]*$$||' | LC_ALL=C sort -u) && \
	test -n "$$packages" || { echo "no test runs a tool" >&2; exit 1; }; \
	log=$$(mktemp) && trap 'rm -f "$$log"' EXIT && status=0 && \
	echo "$(GO) test $(E2EFLAGS) -run ^TestReal" $$packages && \
	{ PZGEN_TOOLS=1 PZGEN_SKIP_LOG="$$log" $(GO) test $(E2EFLAGS) -run '^TestReal' $$packages || status=$$?; } && \
	if [ -s "$$log" ]; then \
		echo "skipped, these tools are missing: $$(LC_ALL=C sort -u "$$log" | tr '\n' ';' | sed 's/;$$//; s/;/; /g')"; \
	else \
		echo "skipped: nothing, every tool is here"; \
	fi && exit $$status

.PHONY: lint
lint: ## gofmt, go vet and staticcheck
	@unformatted=$$(gofmt -l .) && if [ -n "$$unformatted" ]; then echo "not as gofmt writes it:" >&2; echo "$$unformatted" >&2; exit 1; fi
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...

# go test says PASS when no fuzz target matches, so each is listed first and has to tell that it ran.
.PHONY: fuzz
fuzz: ## fuzz each target that FUZZ matches for FUZZTIME; fails when none does
	@ran=0; for package in $$($(GO) list ./...); do \
		listed=$$($(GO) test -list '$(FUZZ)' $$package) || { echo "$$listed" >&2; exit 1; }; \
		for target in $$(echo "$$listed" | grep '^Fuzz'); do \
			echo "$$package $$target"; \
			said=$$($(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$package 2>&1) || { echo "$$said" >&2; exit 1; }; \
			echo "$$said" | grep '^fuzz: elapsed: ' >/dev/null || { echo "$$target did not run:" >&2; echo "$$said" >&2; exit 1; }; \
			ran=$$((ran + 1)); \
		done; \
	done; \
	if [ $$ran -eq 0 ]; then echo "no fuzz target matches $(FUZZ)" >&2; exit 1; fi; \
	echo "$$ran fuzz targets ran for $(FUZZTIME) each"

.PHONY: bench
bench: ## measure whole programs side by side (N setups, RUNS runs each), then the stages that BENCH matches
	$(GO) run ./bench/run -n $(N) -runs $(RUNS)
	$(GO) test -run '^$$' -bench '$(BENCH)' -benchmem ./...

.PHONY: clean
clean: ## remove what build makes
	rm -rf bin dist

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | while IFS='	' read -r name text; do printf '%-10s %s\n' "$$name" "$$text"; done
