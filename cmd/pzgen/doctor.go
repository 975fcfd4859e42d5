package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/pzgen/pzgen/internal/denial"
	"github.com/pzgen/pzgen/internal/doctor"
	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/internal/live"
	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/spec"
	"github.com/urfave/cli/v2"
)

const doctorHelp = `Decides every call of a workflow by the policies that are really there. Names the first that fails, the policy and the statement at fault and the smallest change; then decides again with that and says what fails next. The last line is the verdict.

What has to work is a setup of a spec (-f, --setup), a job (--job, or what describes it among the files), or one workflow (--workflow import --from s3://BUCKET/FOLDER/).

FILE is what the AWS CLI printed, errors too (2>&1), under any name, or a folder of it; a policy by itself; a template, Terraform module or plan, output folder, setup or apply.sh. With --live it is read from the account, by calls that get, list and describe alone; --permissions prints the policy for that.

    aws iam get-role --role-name Shop > role.json
    aws s3api get-bucket-policy --bucket acme-data > bucket-policy.json 2>&1
    pzgen doctor --workflow import --from s3://acme-data/data/ *.json

Exit code 0 when every call passes; 1 when one fails, or when something was not seen; 2 for wrong usage.`

func doctorCommand(e *env) *cli.Command {
	return &cli.Command{
		Name:        "doctor",
		Usage:       "say why Amazon Personalize does not get at its data, by the policies that are there",
		ArgsUsage:   "[FILE...]",
		Description: doctorHelp,
		Flags: []cli.Flag{
			fileFlag(), setupFlag(),
			&cli.StringFlag{Name: "job", Usage: "the job, metric attribution or dataset group that fails: its `ARN`"},
			&cli.StringFlag{Name: "workflow", Usage: "the workflow that is to work: `TYPE` is " +
				strings.Join(spec.WorkflowTypes(), ", ")},
			&cli.StringFlag{Name: "from", Usage: "where it reads: `s3://BUCKET/FOLDER/`"},
			&cli.StringFlag{Name: "to", Usage: "where it writes: `s3://BUCKET/FOLDER/`"},
			&cli.StringFlag{Name: "role", Usage: "the service role: its `NAME` or ARN"},
			&cli.StringFlag{Name: "caller", Usage: "who begins the workflow: `ARN` of a user or role"},
			&cli.BoolFlag{Name: "live", DisableDefaultText: true, Usage: "read the account"},
			&cli.StringFlag{Name: "profile", Usage: "credentials of `PROFILE`, for --live"},
			&cli.StringFlag{Name: "region", Usage: "where Personalize works: `REGION`"},
			&cli.StringFlag{Name: "event", Usage: "a refused call: record of CloudTrail in `FILE`"},
			&cli.StringFlag{Name: "message", Usage: "a refused call: the `TEXT` of the error, or - for standard input"},
			&cli.BoolFlag{Name: "no-controls", DisableDefaultText: true,
				Usage: "take it that no service or resource control policy applies"},
			&cli.BoolFlag{Name: "permissions", DisableDefaultText: true,
				Usage: "print the policy that --live needs, and nothing else"},
			templatesFlag(), formatFlag(), quietFlag(e),
		},
		Action: func(c *cli.Context) error { return e.doctor(c) },
	}
}

// patient is what doctor is asked.
type patient struct {
	target  doctor.Target
	refused []denial.Denial
	caller  string
}

func (e *env) doctor(c *cli.Context) error {
	format, err := checkFormat(c)
	if err != nil {
		return err
	}
	types := spec.WorkflowTypes()
	if w := c.String("workflow"); w != "" && !slices.Contains(types, w) { // before anything is read
		return usagef(suggest(w, types), "unknown type of workflow %q", w)
	}
	if c.Bool("live") && c.NArg() > 0 {
		return usagef("give files, or read the account", "--live takes no files: %q", c.Args().First())
	}
	p, err := e.patient(c)
	if err != nil {
		return err
	}
	if c.Bool("permissions") {
		ask, err := p.ask(c)
		if err != nil {
			return err
		}
		_, err = e.stdout.Write(live.Permissions(ask).JSON())
		return err
	}
	if !c.Bool("live") && c.NArg() == 0 {
		return e.onlySaid(p)
	}
	gathered, err := e.gather(c, p)
	if err != nil {
		return err
	}
	if gathered.elsewhere {
		account, region := gathered.state.In()
		if account == "" { // it may be deployed anywhere, and was read as if it were here
			account, region = anyAccount, anyRegion
			p.target.Account, p.target.Region = account, cmp.Or(p.target.Region, region)
		}
		gathered.state = doctor.Assumed(gathered.state, account, cmp.Or(region, anyRegion))
	}
	m, err := p.target.Setup(gathered.state)
	var unclear *doctor.TargetError
	if errors.As(err, &unclear) {
		return usagef(unclear.Hint, "%s", unclear.Message)
	} else if err != nil {
		return err
	}
	for _, j := range gathered.state.Jobs {
		if d, ok := denial.Parse(j.Failure.V.String()); ok && p.target.Spec == nil && p.target.Workflow == "" &&
			(p.target.Job == "" || p.target.Job == j.ARN.V.String()) {
			p.refused = append(p.refused, d)
		}
	}
	account, _ := gathered.state.In()
	r := doctor.Diagnose(doctor.Question{Setup: m, State: gathered.state, Account: account, Caller: p.caller,
		Job: p.target.Job, Refused: p.refused, NoControls: c.Bool("no-controls"), Elsewhere: gathered.elsewhere})
	r.Unknown = append(r.Unknown, gathered.unknown...)
	if err := e.writeReport(r, format); err != nil {
		return err
	}
	if !r.Works() {
		return said(exitFindings)
	}
	return nil
}

func (e *env) writeReport(r doctor.Report, format string) error {
	switch format {
	case "text":
		return r.Text(e.stdout)
	case "json":
		return r.JSON(e.stdout)
	}
	err := findings.Report{Command: "pzgen doctor", Version: releaseVersion(), Findings: r.Findings(),
		Titles: doctor.Titles()}.Write(e.stdout, format)
	if !e.quiet {
		fmt.Fprintln(e.stderr, findings.Plain(r.Verdict()))
	}
	return err
}

// patient reads what has to work, and what was refused.
func (e *env) patient(c *cli.Context) (patient, error) {
	p := patient{caller: c.String("caller"), target: doctor.Target{Job: c.String("job"),
		Workflow: c.String("workflow"), From: c.String("from"), To: c.String("to"), Role: c.String("role"),
		Region: c.String("region")}}
	if p.target.Workflow == "" && (p.target.From != "" || p.target.To != "") {
		return p, usagef("add --workflow import, for example", "--from and --to are of a --workflow")
	}
	if c.IsSet("file") || c.IsSet("setup") {
		if p.target.Workflow != "" || p.target.Job != "" {
			return p, usagef("give one of them", "a spec says what has to work, and so does --job or --workflow")
		}
		var err error
		if p.target.Spec, err = e.setupOf(c); err != nil {
			return p, err
		}
	}
	if name := c.String("event"); name != "" {
		data, shown, err := e.readNamed(name, maxEvent, "name a record of CloudTrail")
		if err != nil {
			return p, err
		}
		d, err := denial.Event(data)
		if err != nil {
			return p, usagef("give a record of CloudTrail, as the console or aws cloudtrail lookup-events prints it",
				"%s: %v", findings.Plain(shown), err)
		}
		p.refused = append(p.refused, d)
	}
	if text := c.String("message"); text != "" {
		if text == "-" {
			data, _, err := e.readNamed("-", maxEvent, "")
			if err != nil {
				return p, err
			}
			text = string(data)
		}
		d, ok := denial.Parse(text)
		if !ok {
			return p, usagef("paste the whole error, from \"An error occurred\" on",
				"%.200q has none of the forms in which AWS refuses a call", text)
		}
		p.refused = append(p.refused, d)
	}
	return p, nil
}

// Where an artifact is taken to be deployed that does not say it, as everywhere.
const anyAccount, anyRegion = "123456789012", "us-east-1"

// maxEvent is the most bytes of a log file of CloudTrail that is read.
const maxEvent = 64 << 20

// setupOf returns the setup of the spec that is asked for.
func (e *env) setupOf(c *cli.Context) (*model.Setup, error) {
	specs, ds, err := loadSpecs(e, c)
	if err != nil {
		return nil, err
	}
	if n := ds.Count(spec.Error); n > 0 { // warnings are about what would be made
		e.sayDiagnostics(ds)
		return nil, usagef("", "%s in the spec", plural(n, "error"))
	}
	run, err := pick(c, specs)
	if err != nil {
		return nil, err
	}
	if n := run.Len(); n != 1 {
		return nil, usagef("add --setup NAME: "+strings.Join(run.Names(), ", "), "the spec has %d setups", n)
	}
	m, found := run.Model(0)
	if m == nil {
		e.sayFindings(found)
		return nil, said(exitUsage)
	}
	return m, nil
}

// onlySaid says what messages mean, without policies to decide by.
func (e *env) onlySaid(p patient) error {
	if len(p.refused) == 0 {
		return usagef("name the files, or add --live; pzgen doctor --help shows the commands", "there is nothing to look at")
	}
	for _, d := range p.refused {
		fmt.Fprintf(e.stdout, "said: %s\n", findings.Plain(d.Meaning))
		if d.Source != "" {
			fmt.Fprintf(e.stdout, "  of: %s\n", findings.Plain(d.Source))
		}
	}
	io.WriteString(e.stdout, "unknown: no policy was given to decide by: add files or --live\n")
	return said(exitFindings)
}
