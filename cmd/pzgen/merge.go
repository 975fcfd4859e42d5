package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/internal/merge"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
	"github.com/pzgen/pzgen/spec"
	"github.com/urfave/cli/v2"
)

func mergeCommand(e *env) *cli.Command {
	return &cli.Command{
		Name:      "merge",
		Usage:     "print an existing policy with a setup's statements put in",
		UsageText: "pzgen merge --into CURRENT.json -f pzgen.yaml --setup NAME --bucket BUCKET|--key KEY|--kind trust",
		Description: "CURRENT.json is the present policy of a bucket or a key, or what `aws s3api get-bucket-policy` or `aws kms get-key-policy` prints; {} for a bucket " +
			"without one. With --kind trust it is the trust policy of the service role, or what `aws iam get-role` prints; one that lets Personalize in stays as it is. Statements of others keep their meaning, their order and their Sids. Nothing is printed when a statement of somebody else has a Sid of pzgen's, " +
			"when the policy is over the limit of AWS, or when nobody could change a key's policy any more: exit code 1. A statement of others that keeps a workflow from " +
			"what it needs is a warning, with the calls that fail.",
		Flags:  mergeFlags(e),
		Action: takes(0, func(c *cli.Context) error { return mergeInto(e, c, (*merge.Thing).Into) }),
	}
}

func unmergeCommand(e *env) *cli.Command {
	return &cli.Command{
		Name:      "unmerge",
		Usage:     "print an existing policy with a setup's statements taken out",
		UsageText: "pzgen unmerge --into CURRENT.json -f pzgen.yaml --setup NAME --bucket BUCKET|--key KEY|--kind trust",
		Description: "The other way of merge, with the same flags: what is left grants what the statements of others grant. {} is printed when no statement is left; " +
			"the policy is then to be deleted.",
		Flags:  mergeFlags(e),
		Action: takes(0, func(c *cli.Context) error { return mergeInto(e, c, (*merge.Thing).OutOf) }),
	}
}

func mergeFlags(e *env) []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "into", Usage: "`FILE` with the present policy, - for standard input"},
		&cli.StringFlag{Name: "kind", Usage: "`KIND` of the policy: " +
			strings.Join(merge.Kinds(), ", ") + "; trust is that of the service role, the others are told by --bucket and --key already"},
		fileFlag(), setupFlag(),
		&cli.StringFlag{Name: "bucket", Usage: "the bucket of this `NAME` in the spec"},
		&cli.StringFlag{Name: "key", Usage: "the key of this `NAME` in the spec"},
		&cli.StringSliceFlag{Name: "key-arn", Usage: "`NAME=ARN` of a key that pzgen creates, where a statement of the spec names it; repeatable"},
		templatesFlag(), quietFlag(e),
	}
}

func mergeInto(e *env, c *cli.Context, do func(*merge.Thing, policy.Document) (*merge.Result, error)) error {
	kind, id, err := mergeThing(c)
	if err != nil {
		return err
	}
	arns := map[string]string{}
	for _, v := range c.StringSlice("key-arn") {
		name, arn, ok := strings.Cut(v, "=")
		if !ok || !strings.HasPrefix(arn, "arn:") {
			return usagef("", "--key-arn %q is not of the form NAME=ARN", v)
		}
		arns[name] = arn
	}
	file := c.String("into")
	if file == "" {
		return usagef("name the file with the present policy: --into CURRENT.json, or - for standard input", "there is no --into")
	}
	if file == "-" && slices.Contains(c.StringSlice("file"), "-") {
		return usagef("give one of them as a file", "the spec and the present policy cannot both come from standard input")
	}
	m, err := mergeSetup(e, c)
	if err != nil {
		return err
	}
	thing, err := merge.Find(m, kind, id, arns)
	if err != nil {
		return usagef("", "%w", err)
	}
	current, shown, err := readPresent(e, file, kind)
	if err != nil {
		return err
	}
	result, err := do(thing, current)
	var refused *merge.Refusal
	switch {
	case errors.As(err, &refused):
		return &failure{exitFindings, err, refused.Hint}
	case err != nil:
		return usagef("", "%s: %w", shown, err)
	}
	if c.Command.Name == "merge" {
		if err := e.warnOf(thing, result, shown); err != nil {
			return err
		}
		e.noteRedundant(result, shown)
	}
	e.warnOfExceptions(result, shown)
	if _, err := e.stdout.Write(result.Data); err != nil {
		return err
	}
	e.sayMerged(result, kind, id)
	return nil
}

// mergeThing reads which bucket or key is meant.
func mergeThing(c *cli.Context) (kind merge.Kind, id string, err error) {
	bucket, key := c.String("bucket"), c.String("key")
	switch kind = merge.Kind(c.String("kind")); {
	case kind != "" && !slices.Contains(merge.Kinds(), string(kind)):
		return "", "", usagef(suggest(string(kind), merge.Kinds()), "unknown kind %q", kind)
	case kind == merge.Trust && bucket+key != "":
		return "", "", usagef("merge them one after the other", "--kind trust is the trust policy of the role, and --bucket and --key name other policies")
	case kind == merge.Trust:
		return kind, "", nil
	case bucket != "" && key != "":
		return "", "", usagef("merge them one after the other", "--bucket and --key name two policies")
	case bucket == "" && key == "":
		return "", "", usagef("name one with --bucket or --key, as it is called in the spec, or write --kind trust", "there is no bucket and no key")
	case bucket != "" && kind == merge.Key, key != "" && kind == merge.Bucket:
		return "", "", usagef("", "--kind %s does not fit the other flags", kind)
	case bucket != "":
		return merge.Bucket, bucket, nil
	}
	return merge.Key, key, nil
}

// mergeSetup builds the one setup that is meant.
func mergeSetup(e *env, c *cli.Context) (*model.Setup, error) {
	specs, ds, err := loadSpecs(e, c)
	if err != nil {
		return nil, err
	}
	// Warnings are for those who generate; here they would drown what is said of the policy.
	for _, d := range ds {
		if d.Severity == spec.Error {
			io.WriteString(e.stderr, d.String())
		}
	}
	if n := ds.Count(spec.Error); n > 0 {
		return nil, usagef("", "%s in the spec", plural(n, "error"))
	}
	run, err := pick(c, specs)
	if err != nil {
		return nil, err
	}
	if run.Len() != 1 {
		return nil, usagef(suggest("", run.Names()), "%s; say which one is meant with --setup", plural(run.Len(), "setup"))
	}
	m, found := run.Model(0)
	if m == nil {
		e.sayFindings(found)
		return nil, said(exitUsage)
	}
	return m, nil
}

// readPresent reads the present policy, and gives the name that messages call it by.
func readPresent(e *env, file string, kind merge.Kind) (policy.Document, string, error) {
	data, shown, err := e.readNamed(file, merge.MaxRead,
		"save it first, with aws s3api get-bucket-policy, aws kms get-key-policy or aws iam get-role")
	if err != nil {
		return policy.Document{}, shown, err
	}
	read := merge.Read
	if kind == merge.Trust {
		read = merge.ReadTrust
	}
	d, err := read(data)
	if err != nil {
		hint := policy.HintOf(err)
		if file != "-" && len(data) == 0 {
			hint = "the result goes to another file than the present policy: a shell empties the file that it writes to before pzgen reads it"
		}
		return policy.Document{}, shown, usagef(hint, "%w", policy.InFile(shown, err))
	}
	return d, shown, nil
}

// warnOf says which statements keep workflows from what they need.
func (e *env) warnOf(thing *merge.Thing, r *merge.Result, shown string) error {
	found, err := thing.Warnings(r)
	if err != nil {
		return usagef("", "%s: %w", shown, err)
	}
	for _, o := range found {
		if !e.quiet {
			io.WriteString(e.stderr, findings.Finding{Rule: "denied", Level: findings.Warning, File: shown, Message: o.String(), Detail: strings.Join(o.Details(), "\n"), Hint: o.Hint()}.Text())
		}
	}
	return nil
}

// noteRedundant says which of pzgen's statements the others make redundant. They are merged all the
// same: the others may go, and the proof asks for pzgen's own.
func (e *env) noteRedundant(r *merge.Result, shown string) {
	for _, sid := range r.Redundant {
		if !e.quiet {
			io.WriteString(e.stderr, findings.Finding{Rule: "redundant", Level: findings.Note, File: shown,
				Message: fmt.Sprintf("statement %q decides nothing that the other statements do not decide", sid),
				Hint:    "it is merged all the same, so that the workflows do not depend on statements of others"}.Text())
		}
	}
}

// warnOfExceptions says which statements let in everybody but a few, which is kept as it is.
func (e *env) warnOfExceptions(r *merge.Result, shown string) {
	for _, p := range r.Document.AllowsByException() {
		if !e.quiet {
			io.WriteString(e.stderr, findings.Finding{Rule: "not-principal", Level: findings.Warning, File: shown,
				Message: p.Name() + " allows by NotPrincipal, and so lets in everybody whom it does not name, anonymous callers too",
				Hint:    "it is kept as it is; have its owner name who is let in"}.Text())
		}
	}
}

// sayMerged tells what became of the policy.
func (e *env) sayMerged(r *merge.Result, kind merge.Kind, id string) {
	if e.quiet {
		return
	}
	what := "nothing to change"
	if r.Changed() {
		var parts []string
		for _, p := range []struct {
			sids []string
			done string
		}{{r.Added, "added"}, {r.Replaced, "replaced"}, {r.Removed, "removed"}} {
			if len(p.sids) > 0 {
				parts = append(parts, fmt.Sprintf("%s %s (%s)", plural(len(p.sids), "statement"), p.done, strings.Join(p.sids, ", ")))
			}
		}
		what = strings.Join(parts, ", ")
	}
	name := string(kind)
	if kind != merge.Trust {
		name += " " + findings.Plain(id)
	}
	fmt.Fprintf(e.stderr, "%s: %s, %s of others kept\n", name, findings.Plain(what), plural(r.Kept, "statement"))
	if len(r.Document.Statements) == 0 {
		fmt.Fprintf(e.stderr, "no statement is left: AWS stores no empty policy, so delete it\n")
	}
}
