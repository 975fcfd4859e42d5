package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

var fence = regexp.MustCompile("(?ms)^```([a-z]*) ?(\\S*)\n(.*?)^```$")

// The page about simulate shows files and sessions. The files are written, the commands run, and what they print
// is what the page shows.
func TestSimulateDocs(t *testing.T) {
	page, err := os.ReadFile("../../docs/simulate.md")
	if err != nil {
		t.Fatal(err)
	}
	if wrong := runPage(t, string(page), 3, 5); wrong != "" {
		t.Error(wrong)
	}
	// A page that shows something else is found.
	for old, new := range map[string]string{
		"  no Allow in resource\n":     "  no Allow in identity\n",
		"echo $?\n1\n":                 "echo $?\n0\n",
		`"expect": "implicitlyDenied"`: `"expect": "explicitlyDenied"`,
		"pzgen: 1 case malformed\n":    "",
		`"aws:SecureTransport": false`: `"aws:SecureTransport": true`,
		"--format text cases.json":     "cases.json",
		`"Sid": "OnlyTLS"`:             `"Sid": "TLS"`,
	} {
		changed := strings.Replace(string(page), old, new, 1)
		if changed == string(page) || runPage(t, changed, 3, 5) == "" {
			t.Errorf("with %q for %q nothing is wrong with the page", new, old)
		}
	}
}

// runPage runs what a page shows, and returns what is not as shown.
func runPage(t *testing.T, page string, sessions, commands int) string {
	t.Helper()
	t.Chdir(t.TempDir())
	code := 0
	for _, block := range fence.FindAllStringSubmatch(page, -1) {
		kind, name, body := block[1], block[2], block[3]
		if kind != "console" {
			if err := os.WriteFile(name, []byte(body), 0o600); err != nil {
				t.Fatal(err)
			}
			continue
		}
		sessions--
		var got strings.Builder
		for line := range strings.Lines(body) {
			command, ok := strings.CutPrefix(line, "$ ")
			if !ok {
				continue
			}
			commands--
			got.WriteString(line)
			if args := strings.Fields(command); args[0] == "pzgen" {
				var out bytes.Buffer // a terminal shows both streams
				code = run(args, strings.NewReader(""), &out, &out)
				got.Write(out.Bytes())
			} else if command == "echo $?\n" {
				fmt.Fprintln(&got, code)
			} else {
				return "no such command here: " + command
			}
		}
		if got.String() != body {
			return fmt.Sprintf("got\n%s\nthe page has\n%s", got.String(), body)
		}
	}
	if sessions != 0 || commands != 0 {
		return "the page lost a session or a command, or has one more"
	}
	return ""
}

// Pages whose files are written and whose commands run, one block after the other, in one folder.
func TestTaskDocs(t *testing.T) {
	for page, blocks := range map[string]int{"day-two": 15, "root": 5, "report": 12, "start": 10, "adopt": 4,
		"encrypted": 2, "shared": 6, "pipelines": 2, "ci": 6} {
		t.Run(page, func(t *testing.T) {
			text, err := os.ReadFile("../../docs/" + page + ".md")
			if err != nil {
				t.Fatal(err)
			}
			repo(t)
			if wrong := runBlocks(t, string(text), blocks); wrong != "" {
				t.Error(wrong)
			}
		})
	}
	// The commands about shards need any spec, here one whose modules are shared.
	scale, err := os.ReadFile("../../docs/scale.md")
	if err != nil {
		t.Fatal(err)
	}
	spec, err := os.ReadFile("../../spec/examples/ten-setups.yaml")
	if err != nil {
		t.Fatal(err)
	}
	repo(t)
	if err := os.WriteFile("pzgen.yaml", spec, 0o600); err != nil {
		t.Fatal(err)
	}
	shards := strings.Index(string(scale), "```sh\npzgen generate --shard")
	if shards < 0 {
		t.Fatal("docs/scale.md has no commands about shards")
	}
	end := strings.Index(string(scale[shards+3:]), "```") + shards + 6
	if wrong := runBlocks(t, string(scale[shards:end])+"\n", 1); wrong != "" {
		t.Error(wrong)
	}
	repo(t)
	for _, page := range []string{"```sh\nexit 1\n```\n", "```sh exit=1\ntrue\n```\n",
		"```sh\necho a\n```\n```text\nb\n```\n", "```python\n1\n```\n"} {
		if runBlocks(t, page, 0) == "" {
			t.Errorf("nothing is wrong with %q", page)
		}
	}
}

// runBlocks runs what a page shows, and returns what is wrong with it. A block says its exit code, and
// lines that follow as text are among what it printed.
func runBlocks(t *testing.T, page string, least int) string {
	t.Helper()
	blocks := fence.FindAllStringSubmatch(page, -1)
	if len(blocks) < least {
		return fmt.Sprintf("%d blocks", len(blocks))
	}
	var said []byte
	for _, block := range blocks {
		kind, name, body := block[1], block[2], block[3]
		switch kind {
		case "yaml":
			if err := os.WriteFile(name, []byte(body), 0o600); err != nil {
				t.Fatal(err)
			}
		case "text":
			for line := range strings.Lines(body) {
				if !strings.Contains("\n"+string(said), "\n"+line) {
					return fmt.Sprintf("not printed: %s\n%s", line, said)
				}
			}
		case "sh":
			want := 0
			if name != "" {
				if _, err := fmt.Sscanf(name, "exit=%d", &want); err != nil {
					t.Fatal(name, err)
				}
			}
			cmd := exec.Command("sh", "-e", "-c", body)
			var err error
			if said, err = cmd.CombinedOutput(); cmd.ProcessState == nil {
				t.Fatal(err)
			}
			if got := cmd.ProcessState.ExitCode(); got != want {
				return fmt.Sprintf("exit code %d, want %d, of\n%s\n%s", got, want, body, said)
			}
		default:
			return fmt.Sprintf("a block of %q", kind)
		}
	}
	return ""
}

// The case in the help text runs and decides as it expects, out of the help text and the manual page themselves.
func TestSimulateHelp(t *testing.T) {
	for _, args := range []string{"pzgen simulate --help", "pzgen man"} {
		var out, said bytes.Buffer
		if code := run(strings.Fields(args), strings.NewReader(""), &out, &out); code != 0 {
			t.Fatalf("%s: exit code %d", args, code)
		}
		var example strings.Builder
		for line := range strings.Lines(out.String()) {
			text := strings.TrimSpace(line)
			if example.Len() == 0 && !strings.HasPrefix(text, `{"name"`) {
				continue
			}
			example.WriteString(text + "\n")
			if strings.HasPrefix(text, `"expect"`) {
				break
			}
		}
		out.Reset()
		code := run([]string{"pzgen", "simulate"}, strings.NewReader(example.String()), &out, &said)
		want := `{"name":"the role reads","decision":"allowed","because":[{"policy":"identity[0]","sid":"Read","statement":0,"effect":"Allow"}]}` + "\n"
		if code != 0 || out.String() != want {
			t.Errorf("the example of %s: exit code %d\n%s%s\n%s", args, code, out.String(), said.String(), example.String())
		}
	}
}

// The page about diff: its files are written, and its commands run in one repository. What they print is what the
// page shows, to the letter.
func TestDiffDocs(t *testing.T) {
	page, err := os.ReadFile("../../docs/diff.md")
	if err != nil {
		t.Fatal(err)
	}
	if wrong := runSessions(t, string(page), 40); wrong != "" {
		t.Error(wrong)
	}
}

// runSessions runs what a page shows in a shell, in a git repository, and returns what is not as shown. A situation
// of the page is shown in twelve lines at most.
func runSessions(t *testing.T, page string, commands int) string {
	t.Helper()
	repo(t)
	fakeAWS(t)
	code := 0
	for _, block := range fence.FindAllStringSubmatch(page, -1) {
		kind, name, body := block[1], block[2], block[3]
		if kind != "console" {
			if err := os.WriteFile(name, []byte(body), 0o600); err != nil {
				t.Fatal(err)
			}
			continue
		}
		var got strings.Builder
		for line := range strings.Lines(body) {
			command, ok := strings.CutPrefix(line, "$ ")
			if !ok {
				continue
			}
			commands--
			// A shell of its own each, that knows how the one before ended: echo $? shows it.
			cmd := exec.Command("sh", "-c", fmt.Sprintf("(exit %d)\n%s", code, command))
			out, _ := cmd.CombinedOutput()
			code = cmd.ProcessState.ExitCode()
			got.WriteString(line)
			got.Write(out)
			if n := bytes.Count(out, []byte("\n")); n > 12 {
				return fmt.Sprintf("%q prints %d lines", command, n)
			}
		}
		if got.String() != body {
			return fmt.Sprintf("got\n%s\nthe page has\n%s", got.String(), body)
		}
	}
	if commands != 0 {
		return fmt.Sprintf("%d commands fewer than there were", commands)
	}
	return ""
}

// docs/doctor.md shows what doctor prints, and its commands of the AWS CLI are all that it needs.
func TestDoctorDocs(t *testing.T) {
	page, err := os.ReadFile("../../docs/doctor.md")
	if err != nil {
		t.Fatal(err)
	}
	repo(t)
	answers := map[string]string{
		"caller.json": `{"UserId": "AIDAEXAMPLEEXAMPLE00", "Account": "111122223333", "Arn": "arn:aws:iam::111122223333:user/Ann"}`,
		"role.json": `{"Role": {"RoleName": "Shop", "Path": "/", "Arn": "arn:aws:iam::111122223333:role/Shop",
 "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [
  {"Effect": "Allow", "Principal": {"Service": "personalize.amazonaws.com"}, "Action": "sts:AssumeRole"}]}}}`,
		"names.json": `{"PolicyNames": ["Data"]}`,
		"data.json": `{"RoleName": "Shop", "PolicyName": "Data", "PolicyDocument": {"Version": "2012-10-17", "Statement": [
  {"Sid": "List", "Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::acme-data"},
  {"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-data/Data/*"}]}}`,
		"attached.json": `{"AttachedPolicies": []}`,
		"policy-acme-data.json": "\nAn error occurred (NoSuchBucketPolicy) when calling the GetBucketPolicy operation: " +
			"The bucket policy does not exist\n",
		"encryption-acme-data.json": `{"ServerSideEncryptionConfiguration": {"Rules": [
 {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}}`,
		"location-acme-data.json":  `{"LocationConstraint": "eu-west-1"}`,
		"ownership-acme-data.json": `{"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}}`,
	}
	if err := os.Mkdir("answers", 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range answers {
		if !strings.Contains(string(page), "> answers/"+name) {
			t.Errorf("no command makes %s", name)
		}
		if err := os.WriteFile("answers/"+name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if n := strings.Count(string(page), "> answers/"); n != len(answers) {
		t.Errorf("%d commands, %d answers", n, len(answers))
	}
	_, shown, _ := strings.Cut(string(page), "```console\n$ ")
	shown, _, _ = strings.Cut(shown, "```")
	command, want, ok := strings.Cut(shown, "\n")
	if !ok {
		t.Fatal("nothing is shown")
	}
	got, _ := exec.Command("sh", "-c", command).CombinedOutput()
	if string(got) != want {
		t.Errorf("got\n%s\nthe page has\n%s", got, want)
	}
}
