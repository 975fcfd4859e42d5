package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/spec"
	"github.com/urfave/cli/v2"
	"golang.org/x/mod/module"
)

func versionCommand(e *env) *cli.Command {
	return &cli.Command{
		Name:   "version",
		Usage:  "print the version",
		Flags:  []cli.Flag{&cli.StringFlag{Name: "format", Value: "text", Usage: "print as `FORMAT`: text, json"}},
		Action: takes(0, func(c *cli.Context) error { return version(e, c.String("format")) }),
	}
}

// build is what the toolchain noted when this program was built.
type build struct {
	Version      string `json:"version"`
	Commit       string `json:"commit,omitempty"`
	Modified     bool   `json:"modified,omitempty"` // built from files that no commit has
	Go           string `json:"go"`
	OS           string `json:"os"`
	Arch         string `json:"arch"`
	SpecVersions []int  `json:"specVersions"` // versions of the spec that it reads
}

func readBuild() build {
	b := build{Version: "devel", Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH, SpecVersions: []int{spec.Version}}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		b.Version = v
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Commit = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}

// releaseVersion is the version for reports.
func releaseVersion() string { return releaseOf(readBuild().Version) }

// releaseOf returns a version, or "devel" for builds between two releases: their own name changes
// with each commit, so an output folder that is committed would never be up to date (the forms are
// those of "Go Modules Reference", section "Pseudo-versions").
func releaseOf(v string) string {
	if v == "" || v == "(devel)" || module.IsPseudoVersion(v) || strings.Contains(v, "+") {
		return "devel"
	}
	return v
}

func version(e *env, format string) error {
	b := readBuild()
	switch format {
	case "text":
		commit := ""
		if b.Commit != "" {
			commit = "commit " + b.Commit[:min(12, len(b.Commit))] + ", "
		}
		fmt.Fprintf(e.stdout, "pzgen %s (%s%s %s/%s)\n", b.Version, commit, b.Go, b.OS, b.Arch)
		return nil
	case "json":
		return findings.WriteJSON(e.stdout, b)
	}
	return usagef("there are: text, json", "unknown format %q", format)
}
