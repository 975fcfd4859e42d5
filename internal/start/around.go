package start

import (
	"fmt"
	"strings"
)

// attributes is .gitattributes: reviewers see what a change means, not the generated lines.
const attributes = `# What pzgen generates is folded in pull requests, and git shows what a change of it means, once
#   git config diff.pzgen.command 'pzgen diff --git-driver'
# was run in the clone. Without that git shows the lines.
/out/** linguist-generated=true diff=pzgen
/out/*/README.md -linguist-generated
/pzgen.schema.json linguist-generated=true
`

// fragment is pzgen.mk, for GNU Make and others.
const fragment = `# For a Makefile: include pzgen.mk
PZGEN = pzgen

.PHONY: pzgen pzgen-check
pzgen: ## generate out/ from pzgen.yaml
	$(PZGEN) generate

pzgen-check: ## out/ is what pzgen.yaml says, and is proved
	$(PZGEN) validate
	$(PZGEN) check
	$(PZGEN) verify
`

// Advice returns what to do about a file that is there already and holds such text, to be said
// behind its name; "" where nothing is to be done.
func Advice(name, text string) string {
	mark, advice := "", ""
	switch name {
	case ".gitattributes":
		mark, advice = "diff=pzgen", "add /out/** linguist-generated=true diff=pzgen"
	case ".gitlab-ci.yml":
		mark, advice = "pzgen verify", "add a job that runs pzgen validate, pzgen check and pzgen verify"
	case ".pre-commit-config.yaml":
		mark, advice = "pzgen-verify", "add the hooks pzgen-fmt, pzgen-validate, pzgen-generate and "+
			"pzgen-verify of https://github.com/pzgen/pzgen"
	}
	if advice == "" || strings.Contains(text, mark) {
		return ""
	}
	return ": " + advice
}

// pin returns what CI takes: a release, or the main branch for a build between releases.
func pin(a Answers) (version, note string) {
	if a.Version == "" {
		return "main", " # no release made this file: name one, v1.2.3 for example"
	}
	return a.Version, ""
}

// workflow is the workflow for GitHub Actions: one call, which validates, checks and verifies, and
// says in a comment what a pull request changes.
func workflow(a Answers) string {
	version, note := pin(a)
	return fmt.Sprintf(`name: pzgen
on:
  push:
    branches: [main]
  pull_request:
permissions:
  contents: read
  pull-requests: write # for the comment that says what changes
jobs:
  pzgen:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0 # the branch that a pull request is compared with
      - uses: pzgen/pzgen@%s%s
        with:
          comment: "true"
          # fail-on: broadened # fails when anybody may do more and the spec does not accept it
`, version, note)
}

// pipeline is the pipeline for GitLab.
func pipeline(a Answers) string {
	version, note := pin(a)
	return fmt.Sprintf(`variables:
  PZGEN: github.com/pzgen/pzgen/cmd/pzgen@%s%s
pzgen:
  image: golang:1.26
  rules: # without any, a job is not in pipelines of merge requests
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
    - if: $CI_OPEN_MERGE_REQUESTS
      when: never
    - if: $CI_COMMIT_BRANCH
  variables:
    GIT_DEPTH: "0" # what a merge request is compared with
  before_script:
    - go install "$PZGEN"
  script:
    - pzgen validate
    - pzgen check
    - pzgen verify
    - if [ -z "$CI_MERGE_REQUEST_DIFF_BASE_SHA" ]; then echo "nothing is compared"; exit 0; fi
    - git rev-parse --verify "$CI_MERGE_REQUEST_DIFF_BASE_SHA^{commit}"
    - if ! git cat-file -e "$CI_MERGE_REQUEST_DIFF_BASE_SHA:out"; then echo "nothing is compared"; exit 0; fi
    - pzgen diff --format markdown "git:$CI_MERGE_REQUEST_DIFF_BASE_SHA:out" out >changes.md
    - cat changes.md
  artifacts:
    when: always
    paths: [changes.md]
`, version, note)
}

// hooks is the configuration of pre-commit.
func hooks(a Answers) string {
	version, note := pin(a)
	return fmt.Sprintf(`repos:
  - repo: https://github.com/pzgen/pzgen
    rev: %s%s
    hooks:
      - id: pzgen-fmt
      - id: pzgen-validate
      - id: pzgen-generate
      - id: pzgen-verify
`, version, note)
}
