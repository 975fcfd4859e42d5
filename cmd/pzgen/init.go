package main

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/internal/start"
	"github.com/pzgen/pzgen/spec"
)

func initCommand(e *env) *cli.Command {
	return &cli.Command{
		Name:      "init",
		Usage:     "begin a repository: a spec with comments, and what git, CI, pre-commit and make need",
		ArgsUsage: "[DIR]",
		Description: "Writes into DIR (default: the folder you are in) pzgen.yaml, its schema, " +
			".gitattributes, a CI workflow, an entry for pre-commit and pzgen.mk. What is there " +
			"already is left as it is, and that is said. On a terminal it asks what no flag says.\n\n" +
			"With --from the spec is made of what is there: policies, templates, modules, plans, what " +
			"the AWS CLI prints, or the configuration of AWS's solution Maintaining Personalized " +
			"Experiences with Machine Learning. What has no place in a spec is a comment in it.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "preset", Value: start.Minimal,
				Usage: "`PRESET`: " + strings.Join(start.Presets(), ", ")},
			&cli.StringFlag{Name: "setup", Usage: "`NAME` of the setup (default: that of the folder)"},
			&cli.StringFlag{Name: "account", Usage: "`ACCOUNT`, 12 digits"},
			&cli.StringFlag{Name: "region", Usage: "`REGION` of Personalize"},
			&cli.StringFlag{Name: "bucket", Usage: "`NAME` of the bucket with the data"},
			&cli.BoolFlag{Name: "encrypted", DisableDefaultText: true,
				Usage: "data is under a KMS key of its own"},
			&cli.StringSliceFlag{Name: "workflow", Usage: "`TYPE` of a workflow: " +
				strings.Join(start.Workflows(), ", ") + "; repeatable"},
			&cli.StringFlag{Name: "ci", Value: start.GitHub,
				Usage: "`SYSTEM` that runs CI: " + strings.Join(start.Systems(), ", ")},
			&cli.StringSliceFlag{Name: "from", Usage: "`FILE` or folder to make the spec of; repeatable"},
			&cli.BoolFlag{Name: "yes", Aliases: []string{"y"}, DisableDefaultText: true,
				Usage: "ask nothing"},
			templatesFlag(), quietFlag(e),
		},
		Action: takes(1, func(c *cli.Context) error { return e.init(c) }),
	}
}

func (e *env) init(c *cli.Context) error {
	dir := c.Args().First()
	if dir == "" {
		dir = "."
	}
	for name, known := range map[string][]string{"preset": start.Presets(), "ci": start.Systems()} {
		if v := c.String(name); !slices.Contains(known, v) {
			return usagef(suggest(v, known), "unknown value %q of --%s", v, name)
		}
	}
	a, err := e.answers(c, dir)
	if err != nil {
		return err
	}
	if from := c.StringSlice("from"); len(from) > 0 {
		if err := onlyFrom(c, dir); err != nil {
			return err
		}
		if a.Spec, err = e.specFrom(c, dir, from, a); err != nil {
			return err
		}
	}
	example := start.Default(a.Preset, a.Setup).Account
	made, err := e.begin(dir, a)
	if err != nil || e.quiet || !made {
		return err
	}
	if !c.IsSet("account") && a.Account == example && a.Spec == nil {
		fmt.Fprintf(e.stderr, "account %s is AWS's example: put yours into %s\n", example, start.SpecFile)
	}
	return nil
}

// onlyFrom refuses what --from has no use for: flags about a spec that is not made of inputs,
// and a spec that is there, which would stay.
func onlyFrom(c *cli.Context, dir string) error {
	for _, flag := range []string{"preset", "encrypted", "workflow"} {
		if c.IsSet(flag) {
			return usagef("leave it out, and change the spec", "--%s has no part in a spec that --from makes", flag)
		}
	}
	name := filepath.Join(dir, start.SpecFile)
	if _, err := os.Lstat(name); err == nil {
		return usagef("name another folder, or move it away", "%q is there already", filepath.ToSlash(name))
	}
	return nil
}

// answers takes what flags say, asks for the rest on a terminal, and has a default for everything.
func (e *env) answers(c *cli.Context, dir string) (start.Answers, error) {
	name := c.String("setup")
	if name == "" {
		name = setupFor(dir)
	}
	a := start.Default(c.String("preset"), name)
	a.CI = c.String("ci")
	if v := releaseVersion(); v != "devel" {
		a.Version = v
	}
	for _, q := range questions() {
		if c.IsSet(q.flag) {
			q.set(&a, flagText(c, q.flag))
		}
	}
	if !c.IsSet("bucket") {
		a.Bucket = start.BucketFor(a)
	}
	if err := problemOf(a); err != nil {
		return a, err
	}
	if c.Bool("yes") || len(c.StringSlice("from")) > 0 || !e.asks {
		return a, nil
	}
	lines := bufio.NewScanner(e.stdin)
	for _, q := range questions() {
		if c.IsSet(q.flag) {
			continue
		}
		if q.flag == "bucket" {
			a.Bucket = start.BucketFor(a)
		}
		if err := e.ask(lines, q, &a); err != nil {
			return a, err
		}
	}
	return a, nil
}

// question is something that init asks on a terminal, and that a flag answers as well.
type question struct {
	flag, about string
	get         func(start.Answers) string
	set         func(*start.Answers, string)
}

func questions() []question {
	return []question{
		{"account", "AWS account (12 digits)", func(a start.Answers) string { return a.Account },
			func(a *start.Answers, v string) { a.Account = v }},
		{"region", "region of Personalize", func(a start.Answers) string { return a.Region },
			func(a *start.Answers, v string) { a.Region = v }},
		{"bucket", "bucket with the data, to be made", func(a start.Answers) string { return a.Bucket },
			func(a *start.Answers, v string) { a.Bucket = v }},
		{"encrypted", "data under a KMS key of its own (yes, no)", func(a start.Answers) string { return yesNo(a.Encrypted) },
			func(a *start.Answers, v string) {
				a.Encrypted = strings.HasPrefix(strings.ToLower(v), "y") || v == "true"
			}},
		{"workflow", "workflows (of " + strings.Join(start.Workflows(), " ") + ")",
			func(a start.Answers) string { return strings.Join(a.Workflows, " ") },
			func(a *start.Answers, v string) { a.Workflows = strings.Fields(strings.ReplaceAll(v, ",", " ")) }},
	}
}

// flagText returns the value of a flag as it would be typed as an answer.
func flagText(c *cli.Context, name string) string {
	if name == "workflow" {
		return strings.Join(c.StringSlice(name), " ")
	}
	return fmt.Sprint(c.Value(name))
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// ask asks one question until the answer is one; an empty one is the default.
func (e *env) ask(lines *bufio.Scanner, q question, a *start.Answers) error {
	for {
		fmt.Fprintf(e.stderr, "%s [%s]: ", q.about, q.get(*a))
		if !lines.Scan() {
			fmt.Fprintln(e.stderr)
			if err := lines.Err(); err != nil {
				return err
			}
			return usagef("answer, or give flags: see pzgen init --help", "the answers end; nothing is written")
		}
		text := strings.TrimSpace(lines.Text())
		if text == "" {
			return nil
		}
		trial := *a
		q.set(&trial, text)
		err := problemOf(trial)
		if err == nil && q.flag == "encrypted" && !slices.Contains([]string{"y", "yes", "n", "no"}, strings.ToLower(text)) {
			err = errors.New("write yes or no")
		}
		if err == nil {
			*a = trial
			return nil
		}
		fmt.Fprintln(e.stderr, "  "+findings.Plain(err.Error()))
	}
}

// problemOf returns what is wrong with answers, by what the spec says of them.
func problemOf(a start.Answers) error {
	if len(a.Workflows) == 0 {
		return usagef("there are: "+strings.Join(start.Workflows(), ", "), "name one workflow at least")
	}
	for _, w := range a.Workflows {
		if !slices.Contains(start.Workflows(), w) {
			return usagef(suggest(w, start.Workflows()), "unknown type of workflow %q", w)
		}
	}
	// A key of a mapping is not read when it is longer, and no name is nearly as long.
	a.Setup = a.Setup[:min(len(a.Setup), 200)]
	_, ds := spec.Parse(start.SpecFile, []byte(start.Spec(a)), func(string) ([]byte, error) { return nil, fs.ErrNotExist })
	for _, d := range ds {
		if d.Severity == spec.Error {
			return usagef(d.Hint, "%s", d.Message)
		}
	}
	return nil
}

// setupFor returns a name for the setup of a folder.
func setupFor(dir string) string {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return start.NameFor("")
	}
	return start.NameFor(filepath.Base(abs))
}
