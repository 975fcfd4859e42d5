package main

import (
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/output"
)

// takeOut says how a setup is taken out of the account with the files that are still there. The
// stack has the name that the setup's README deploys it by.
func takeOut(out string, l output.Leaving) string {
	in := path.Join(filepath.ToSlash(out), l.Name)
	ways := map[string]string{
		"shell/destroy.sh": "`" + quoteWord(in+"/shell/destroy.sh") + "`",
		"terraform/main.tf": "`terraform -chdir=\"$ROOT\" destroy` (ROOT is in " + in +
			"/README.md)",
		"cloudformation/template.yaml": "`aws cloudformation delete-stack --stack-name personalize-" +
			l.Name + "`",
	}
	var list []string
	for _, name := range []string{"shell/destroy.sh", "terraform/main.tf",
		"cloudformation/template.yaml"} {
		if slices.Contains(l.Files, name) {
			list = append(list, ways[name])
		}
	}
	if list == nil {
		return "by hand"
	}
	return strings.Join(list, " or ")
}

// removesSetups says what to do first when generate would remove whole setups, and returns any
// other error as it is. remove is the command that removes them.
func removesSetups(err error, out, remove string) error {
	const most = 5
	var in *output.SetupsError
	if !errors.As(err, &in) {
		return err
	}
	var b strings.Builder
	b.WriteString("generate would remove every file of ")
	if n := len(in.Setups); n == 1 {
		fmt.Fprintf(&b, "setup %q, which the spec does not have:", in.Setups[0].Name)
	} else {
		fmt.Fprintf(&b, "%d setups that the spec does not have:", n)
	}
	for i, l := range in.Setups {
		if i == most {
			fmt.Fprintf(&b, "\nand %d more", len(in.Setups)-most)
			break
		}
		fmt.Fprintf(&b, "\n%s: %s", l.Name, takeOut(out, l))
	}
	return usagef("nothing was written; what a setup made stays in the account, so take it out "+
		"first, by the target that you applied; then run "+remove+". If the spec is another one "+
		"or lacks an -f, nothing has to be removed", "%s", b.String())
}
