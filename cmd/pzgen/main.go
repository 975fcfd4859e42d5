// Pzgen turns one YAML file that describes Amazon Personalize setups into everything that grants their permissions.
//
// Rules of the command line:
//   - artifacts and data go to standard output, all talk to standard error;
//   - flags may be before and after arguments; whatever is not understood is refused, never ignored;
//   - exit codes: 0 fine, 1 findings, 2 wrong usage or invalid input, 3 the machine failed,
//     130 Ctrl-C, 143 SIGTERM;
//   - colour and progress only on a terminal, and NO_COLOR turns colour off.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/pzgen/pzgen/internal/engine"
	"github.com/pzgen/pzgen/internal/findings"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/internal/readfile"
	"github.com/urfave/cli/v2"
)

// Exit codes.
const (
	exitFine     = 0
	exitFindings = 1
	exitUsage    = 2
	exitMachine  = 3
)

func main() {
	collectLate()
	os.Exit(run(os.Args, os.Stdin, os.Stdout, os.Stderr))
}

// run is the whole command; args begins with its name. It returns the exit code. After a signal it
// returns within [grace] also while the command still works, and the process is to end then.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	var stopped interruption
	ctx, stop := untilSignal(&stopped)
	defer stop()
	done := make(chan int, 1)
	go func() {
		e := &env{stdin: readfile.Until(ctx, stdin), stderr: stderr, stopped: &stopped,
			look: lookOf(stderr, os.Getenv)}
		e.asks = e.look.terminal && isTerminal(stdin)
		done <- e.run(ctx, args, stdout)
	}()
	select {
	case code := <-done:
		return code
	case <-ctx.Done():
	}
	select {
	case code := <-done:
		return code
	case <-time.After(grace):
		last := &env{stderr: stderr, stopped: &stopped}
		return last.report(ctx.Err())
	}
}

func (e *env) run(ctx context.Context, args []string, stdout io.Writer) int {
	out := &checkedWriter{w: stdout}
	e.stdout = out
	app := newApp(e)
	if len(args) > 2 && args[1] == completing {
		e.complete(app, args[2:])
		return exitFine
	}
	err := func() error {
		ordered, err := orderArgs(app, args)
		if err != nil {
			return err
		}
		return app.RunContext(ctx, ordered)
	}()
	if err == nil && out.err != nil {
		err = fmt.Errorf("standard output cannot be written: %w", out.err)
	}
	return e.report(err)
}

// env is what commands have of the world beside files.
type env struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	look           look
	asks           bool // standard input and error are a terminal
	stopped        *interruption
	quiet          bool // set by --quiet
}

// newApp returns the table of commands. It is built for each run: the library changes it while it
// runs.
func newApp(e *env) *cli.App {
	app := &cli.App{
		Name:      "pzgen",
		Usage:     "policies for Amazon Personalize: one YAML file becomes JSON, CloudFormation, Terraform and shell, proved to grant the same",
		UsageText: "pzgen COMMAND [flags]",
		Description: "Describe what Amazon Personalize is to do in pzgen.yaml, then run `pzgen generate`. Every command but `doctor --live` works offline and without credentials.\n\n" +
			"Exit codes: 0 fine; 1 findings; 2 wrong usage or invalid input; 3 the machine failed; " +
			"130 or 143 interrupted.",
		Commands: []*cli.Command{
			initCommand(e),
			generateCommand(e),
			checkCommand(e),
			verifyCommand(e),
			validateCommand(e),
			fmtCommand(e),
			mergeCommand(e),
			unmergeCommand(e),
			diffCommand(e),
			lintCommand(e),
			doctorCommand(e),
			explainCommand(e),
			simulateCommand(e),
			reportCommand(e),
			graphCommand(e),
			schemaCommand(e),
			templatesCommand(e),
			completionCommand(e),
			manCommand(e),
			versionCommand(e),
			helpCommand(),
		},
		Action:                    e.alone,
		HideVersion:               true,
		HideHelpCommand:           true, // there is one in the table, and so the library adds no flag
		Flags:                     []cli.Flag{cli.HelpFlag},
		DisableSliceFlagSeparator: true, // a comma may stand in the name of a file
		Writer:                    e.stdout,
		ErrWriter:                 e.stderr,
		ExitErrHandler:            func(*cli.Context, error) {}, // run decides
		OnUsageError:              usageError,
	}
	for _, c := range app.Commands {
		prepare(c, c.Name)
	}
	return app
}

// prepare makes a command and those below it behave alike; path is its full name.
func prepare(c *cli.Command, path string) {
	c.OnUsageError = usageError
	c.CustomHelpTemplate = helpTemplate(c, path)
	c.HideHelpCommand = true
	if c.Action == nil {
		c.Action = func(c *cli.Context) error { return cli.ShowSubcommandHelp(c) }
	}
	for _, sub := range c.Subcommands {
		prepare(sub, path+" "+sub.Name)
	}
}

func usageError(_ *cli.Context, err error, _ bool) error { return usagef("", "%s", err) }

// failure is an error with the exit code that it leads to, and what to do about it.
type failure struct {
	code int
	err  error // nil: all was said already
	hint string
}

func (f *failure) Error() string {
	if f.err == nil {
		return ""
	}
	return f.err.Error()
}

func (f *failure) Unwrap() error { return f.err }

// usagef is wrong usage or invalid input.
func usagef(hint, format string, args ...any) error {
	return &failure{code: exitUsage, err: fmt.Errorf(format, args...), hint: hint}
}

// said ends a command with a code after it has said why.
func said(code int) error { return &failure{code: code} }

// report prints an error and gives the exit code.
func (e *env) report(err error) int {
	if err == nil {
		return exitFine
	}
	f := e.stopped.failure(err)
	if f == nil {
		f = classify(err)
	}
	if f.err != nil {
		text := findings.Plain(f.err.Error())
		fmt.Fprintf(e.stderr, "%s %s\n", e.look.red("pzgen:"), strings.ReplaceAll(text, "\n", "\n  "))
	}
	if f.hint != "" {
		fmt.Fprintf(e.stderr, "  %s %s\n", e.look.dim("hint:"), findings.Plain(f.hint))
	}
	return f.code
}

// classify finds the exit code of an error: what the operating system says is the machine's fault, the rest is the input's.
func classify(err error) *failure {
	var f *failure
	if errors.As(err, &f) {
		return f
	}
	var input *engine.InputError
	var foreign *output.ForeignError
	var stand *output.ObstructedError
	var pathErr *fs.PathError
	var linkErr *os.LinkError
	var errno syscall.Errno
	switch {
	case errors.As(err, &input):
		hint := input.Hint
		if input.Name != "" {
			hint = suggest(input.Name, input.Known)
		}
		return &failure{exitUsage, err, hint}
	case errors.As(err, &foreign):
		return &failure{exitUsage, err, "nothing was written; move these files away, or overwrite them with --force"}
	case errors.As(err, &stand):
		return &failure{exitUsage, err, "nothing was written"}
	case errors.As(err, &pathErr), errors.As(err, &linkErr), errors.As(err, &errno):
		return &failure{exitMachine, err, ""}
	}
	return &failure{exitUsage, err, readfile.Hint(err)}
}

// checkedWriter remembers the first error, so that output that was lost is never taken for success.
type checkedWriter struct {
	w   io.Writer
	err error
}

func (c *checkedWriter) Write(b []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	n, err := c.w.Write(b)
	c.err = err
	return n, err
}
