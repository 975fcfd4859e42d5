package main

import (
	"strings"

	"github.com/urfave/cli/v2"
)

// example is a command line that help texts and the manual page show. It can be pasted into a shell
// as it is.
type example struct{ does, command string }

// title is the line above the command.
func (x example) title() string {
	if strings.HasSuffix(x.does, "?") {
		return x.does
	}
	return x.does + ":"
}

// examplesOf returns the examples of a command by its full name. Every command has one.
func examplesOf(command string) []example {
	return map[string][]example{
		"init": {
			{"begin a repository in a new folder", "pzgen init shop"},
			{"the same without questions",
				"pzgen init --yes --account 111122223333 --region eu-west-1 --bucket acme-data news"},
			{"begin with what is there", "pzgen init --yes --from policy.json lake"},
		},
		"generate": {
			{"write out/ from pzgen.yaml", "pzgen generate"},
			{"two specs, their setups taken together", "pzgen generate -f shops.yaml -f news.yaml -o all"},
			{"look at one file without writing any",
				"pzgen generate --setup retail --target terraform --stdout"},
		},
		"check": {
			{"in CI: is out/ what the spec says?", "pzgen check"},
			{"the same as annotations of a pull request", "pzgen check --format github"},
		},
		"verify": {
			{"prove what is in out/, whoever wrote it", "pzgen verify"},
			{"every call of a setup, and the statement that decides it",
				"pzgen verify --setup retail --verbose"},
		},
		"validate": {
			{"all errors and warnings of pzgen.yaml", "pzgen validate"},
			{"a spec that comes through a pipe, warnings being errors",
				"pzgen validate -f - --strict < pzgen.yaml"},
		},
		"fmt": {
			{"lay pzgen.yaml out", "pzgen fmt"},
			{"in CI: is it laid out?", "pzgen fmt --check"},
		},
		"merge": {
			{"put a setup's statements into the policy that a bucket has",
				"pzgen merge --into current.json --setup retail --bucket data > new.json"},
			{"let Amazon Personalize assume a role that exists",
				"pzgen merge --into role.json --setup retail --kind trust > trust.json"},
		},
		"unmerge": {
			{"take a setup's statements out of the policy of a bucket",
				"pzgen unmerge --into current.json --setup retail --bucket data > new.json"},
		},
		"diff": {
			{"what does this branch change?", "pzgen diff git:main out"},
			{"in CI: fail when somebody may do more", "pzgen diff --fail-on broadened git:origin/main out"},
		},
		"lint": {
			{"the documents of pzgen.yaml", "pzgen lint"},
			{"a policy that somebody else wrote", "pzgen lint --kind bucket policy.json"},
		},
		"doctor": {
			{"decide an import by what the AWS CLI printed",
				"pzgen doctor --workflow import --from s3://acme-data/data/ --region eu-west-1 answers"},
			{"the policy that reading the account needs", "pzgen doctor --setup retail --permissions"},
		},
		"report": {
			{"write report.html, for a security review", "pzgen report"},
			{"what changed since a review", "pzgen report --against git:main"},
			{"is out/ still what was reviewed?", "pzgen report --verify report.html"},
		},
		"graph": {
			{"for a page on GitHub", "pzgen graph"},
			{"a picture of one setup", "pzgen graph --setup retail --format svg > retail.svg"},
		},
		"explain": {
			{"the setups and their documents", "pzgen explain"},
			{"why a document has its statements, and what fails without each",
				"pzgen explain retail/role-policy"},
			{"what a check means", "pzgen explain PZ035"},
		},
		"simulate": {
			{"decide cases and show what decided them", "pzgen simulate --format text cases.json"},
		},
		"schema": {
			{"keep the schema beside the spec, for editors", "pzgen schema > pzgen.schema.json"},
		},
		"templates": {
			{"every statement that pzgen may write", "pzgen templates list"},
		},
		"templates list": {
			{"every statement, its reason and its source", "pzgen templates list"},
			{"as data", "pzgen templates list --format json"},
		},
		"templates export": {
			{"begin templates of your own", "pzgen templates export templates"},
		},
		"completion": {
			{"in ~/.bashrc", "source <(pzgen completion bash)"},
			{"a function of zsh, in a folder of fpath", "pzgen completion zsh > ~/.zfunc/_pzgen"},
			{"for every fish from now on", "pzgen completion fish > ~/.config/fish/completions/pzgen.fish"},
		},
		"man": {
			{"read it at once", "pzgen man | man -l -"},
			{"keep it for man pzgen", "pzgen man > ~/.local/share/man/man1/pzgen.1"},
		},
		"version": {
			{"the version, the commit and the Go that built it", "pzgen version --format json"},
		},
		helpName: {
			{"the flags of a command", "pzgen help generate"},
			{"those of a command below another", "pzgen help templates export"},
		},
	}[command]
}

// helpTemplate returns a help text's template with the examples at its end, below what the library
// prints.
func helpTemplate(c *cli.Command, path string) string {
	text := cli.CommandHelpTemplate
	if len(c.Subcommands) > 0 {
		text = cli.SubcommandHelpTemplate
	}
	var b strings.Builder
	for _, x := range examplesOf(path) {
		b.WriteString("   " + x.title() + "\n      " + x.command + "\n")
	}
	if b.Len() == 0 {
		return text
	}
	return text + "\nEXAMPLES:\n" + b.String()
}
