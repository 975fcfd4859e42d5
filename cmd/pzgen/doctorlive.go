package main

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/denial"
	"github.com/pzgen/pzgen/internal/live"
	"github.com/urfave/cli/v2"
)

// ask says what is to be read of the account.
func (p patient) ask(c *cli.Context) (live.Ask, error) {
	t := p.target
	ask := live.Ask{Control: !c.Bool("no-controls"), Region: t.Region}
	add := func(list *[]string, name string) {
		if name != "" && !slices.Contains(*list, name) {
			*list = append(*list, name)
		}
	}
	if p.caller != "" {
		ask.Operators = []string{p.caller}
	}
	add(&ask.Jobs, t.Job)
	add(&ask.Roles, t.Role)
	for _, at := range []string{t.From, t.To} {
		name, _, _ := strings.Cut(strings.TrimPrefix(at, "s3://"), "/")
		add(&ask.Buckets, name)
	}
	if m := t.Spec; m != nil {
		ask.Partition, ask.Account, ask.Region = m.Partition, m.Account, cmp.Or(t.Region, m.Region)
		add(&ask.Roles, m.Role.Name)
		for _, b := range m.Buckets {
			add(&ask.Buckets, b.Name)
		}
		for _, k := range m.Keys {
			add(&ask.Keys, cmp.Or(k.ARN, k.Alias))
		}
	}
	for _, d := range p.refused {
		p.askRefused(&ask, d, add)
	}
	switch {
	case len(ask.Jobs)+len(ask.Roles)+len(ask.Buckets)+len(ask.Operators) == 0:
		return ask, usagef("give --job ARN, a spec (-f, --setup), or --role and --from",
			"it is not told what to look at")
	case len(ask.Jobs) == 0 && len(ask.Roles) == 0 && t.Spec == nil && t.Workflow != "":
		return ask, usagef("add --role NAME", "it is not told which role Personalize assumes")
	}
	return ask, nil
}

// askRefused adds what a refused call is about.
func (p patient) askRefused(ask *live.Ask, d denial.Denial, add func(*[]string, string)) {
	service, _, _ := strings.Cut(d.Action, ":")
	switch {
	case service == "s3" && strings.Contains(d.Resource, ":s3:::"):
		_, rest, _ := strings.Cut(d.Resource, ":s3:::")
		name, _, _ := strings.Cut(rest, "/")
		add(&ask.Buckets, name)
	case service == "kms" && strings.HasPrefix(d.Resource, "arn:"):
		add(&ask.Keys, d.Resource)
	case d.Action == "sts:AssumeRole" && strings.HasPrefix(d.Resource, "arn:"):
		add(&ask.Roles, d.Resource)
	}
	if strings.Contains(d.Principal, ":user/") || strings.Contains(d.Principal, ":role/") ||
		strings.Contains(d.Principal, ":assumed-role/") {
		add(&ask.Operators, d.Principal)
	}
}

// readAccount reads what is asked for from the account.
func (e *env) readAccount(ctx context.Context, c *cli.Context, p patient) (live.Gathered, error) {
	ask, err := p.ask(c)
	if err != nil {
		return live.Gathered{}, err
	}
	step, end := e.waiting("AWS answer")
	defer end()
	client, err := live.Open(ctx, live.Options{Profile: c.String("profile"), Region: ask.Region,
		Answered: step})
	if err != nil {
		return live.Gathered{}, usagef("", "%w", err)
	}
	out, err := client.Gather(ctx, ask)
	var wrong *live.AskError
	var credentials *live.CredentialsError
	switch {
	case errors.As(err, &wrong):
		return out, usagef("", "%w", err)
	case errors.As(err, &credentials):
		return out, &failure{code: exitMachine, err: err, hint: "see aws configure, and AWS_PROFILE"}
	case err != nil && ctx.Err() == nil:
		return out, &failure{code: exitMachine, err: err}
	}
	return out, err
}
