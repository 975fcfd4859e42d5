package main

import (
	"io"
	"slices"
	"strings"
	"testing"
)

func TestOrderArgs(t *testing.T) {
	for _, test := range []struct{ args, want string }{
		{"", ""},
		{"generate", "generate"},
		{"generate -f a -q", "generate -f a -q"},
		{"generate x -f a", "generate -f a -- x"},
		{"generate -f - x", "generate -f - -- x"},
		{"simulate -", "simulate -- -"},
		{"simulate a -q", "simulate -q -- a"},
		{"simulate -- -q", "simulate -- -q"},
		{"simulate --quiet -- a", "simulate --quiet -- a"},
		{"generate --file=a --quiet=true b", "generate --file=a --quiet=true -- b"},
		{"generate -file a", "generate -file a"}, // as the library reads it
		{"generate -o -f", "generate -o -f"},     // the value of -o
		{"templates export d -q", "templates export -q -- d"},
		{"help", "--help"},
		{"help templates export", "templates export --help"},
		{"generate a b c --help", "generate --help"},
		{"-v", "version"},
		{"generate -f", "error: needs a value"},
		{"generate --file=", "error: empty value"},
		{"generate -x", "error: unknown flag"},
		{"generate ---file a", "error: unknown flag"},
		{"generate -qf a", "error: unknown flag"},
		{"-q generate", "error: unknown flag"},
		{"-- generate", "error: before its flags"},
		{"gen", "error: unknown command"},
		{"templates gen", "error: unknown command"},
		{"help gen", "error: unknown command"},
	} {
		args := append([]string{"pzgen"}, strings.Fields(test.args)...)
		got, err := orderArgs(newApp(&env{stdout: io.Discard, stderr: io.Discard}), slices.Clone(args))
		want, fails := strings.CutPrefix(test.want, "error: ")
		switch {
		case fails && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%q: error is %v, want %q", test.args, err, want)
		case !fails && (err != nil || strings.Join(got[1:], " ") != want):
			t.Errorf("%q: %q, %v; want %q", test.args, got, err, want)
		}
	}
}

// FuzzRunArgs hands any arguments to the command line: it never panics, and what it refuses has a
// message and exit code 2.
func FuzzRunArgs(f *testing.F) {
	for _, s := range []string{"version", "help\x00generate", "version\x00--format\x00json", "completion\x00bash", "--\x00x", "templates\x00list\x00x", "version\x00--format=\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, joined string) {
		args := strings.Split(joined, "\x00")
		for _, a := range args {
			if a == "export" || a == "generate" || a == "check" || a == "validate" || a == "simulate" {
				return // these touch files
			}
		}
		var stderr strings.Builder
		code := run(append([]string{"pzgen"}, args...), strings.NewReader(""), io.Discard, &stderr)
		if code != exitFine && code != exitUsage {
			t.Errorf("exit code %d: %s", code, stderr.String())
		}
		if (code == exitFine) != (stderr.Len() == 0) {
			t.Errorf("exit code %d with %q", code, stderr.String())
		}
	})
}
