// Command refresh makes internal/actions/table.txt out of AWS's Service Reference Information.
//
//	go run ./internal/actions/refresh DATE FILE... > internal/actions/table.txt
//
// Each FILE is the reference of one service, as AWS publishes it in JSON (Service Authorization
// Reference, "Simplified AWS service information for programmatic access"): s3.json, kms.json. DATE
// is the day on which they were fetched. It refuses a file that names no actions, and checks
// nothing else: the tests of internal/actions read what it writes.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: refresh DATE FILE...")
		os.Exit(2)
	}
	if err := write(os.Stdout, os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// service is what is taken of the reference of a service.
type service struct {
	Name    string
	Actions []struct {
		Name                string
		ActionConditionKeys []string
		Resources           []struct{ Name string }
		Annotations         struct{ Properties properties }
	}
	ConditionKeys []struct{ Name string }
	Resources     []struct {
		Name          string
		ARNFormats    []string
		ConditionKeys []string
	}
}

// properties tell the access level of an action.
type properties struct{ IsList, IsWrite, IsPermissionManagement, IsTaggingOnly bool }

// level returns the access level by the name that internal/actions has for it.
func (p properties) level() string {
	switch {
	case p.IsPermissionManagement:
		return "permissions"
	case p.IsTaggingOnly:
		return "tagging"
	case p.IsWrite:
		return "write"
	case p.IsList:
		return "list"
	}
	return "read"
}

func write(out io.Writer, date string, files []string) error {
	fmt.Fprintf(out, "# Made by internal/actions/refresh; do not edit.\n"+
		"# Source: AWS Service Authorization Reference, service reference information.\ndate %s\n", date)
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		var s service
		if err := json.Unmarshal(data, &s); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		if s.Name == "" || len(s.Actions) == 0 {
			return errors.New(file + ": not the reference of a service: it names no actions")
		}
		s.write(out)
	}
	return nil
}

func (s *service) write(out io.Writer) {
	fmt.Fprintf(out, "service %s\n", s.Name)
	of := map[string][]string{} // the condition keys of the types of resources
	for _, r := range s.Resources {
		of[r.Name] = r.ConditionKeys
		for _, arn := range r.ARNFormats {
			fmt.Fprintf(out, "type %s %s\n", word(r.Name), arn)
		}
	}
	var keys []string
	for _, k := range s.ConditionKeys {
		keys = append(keys, k.Name)
	}
	fmt.Fprintf(out, "keys %s\n", strings.Join(sorted(keys), " "))
	sets := map[string]int{"": 0} // actions share few sets of keys
	for _, a := range s.Actions {
		keys, types := a.ActionConditionKeys, []string(nil)
		for _, r := range a.Resources {
			types = append(types, word(r.Name))
			keys = slices.Concat(keys, of[r.Name])
		}
		set := strings.Join(sorted(keys), " ")
		n, known := sets[set]
		if !known {
			n = len(sets)
			sets[set] = n
			fmt.Fprintf(out, "set %d %s\n", n, set)
		}
		line := fmt.Sprintf("action %s %s %d %s", a.Name, a.Annotations.Properties.level(), n, strings.Join(sorted(types), " "))
		fmt.Fprintln(out, strings.TrimRight(line, " "))
	}
}

// word returns a name without its spaces.
func word(s string) string { return strings.ReplaceAll(s, " ", "-") }

// sorted returns the keys in order, each once, with "*" for what follows a beginning that is fixed.
func sorted(keys []string) []string {
	out := make([]string, 0, len(keys))
	for _, k := range keys {
		if i := strings.IndexAny(k, "$<"); i >= 0 {
			k = k[:i] + "*"
		}
		out = append(out, k)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
