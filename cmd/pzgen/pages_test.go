package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// fakeAWS puts a program aws on PATH that answers what the page about diff asks, and the folder before, which has
// what it answered when the policy of the bucket let less in.
func fakeAWS(t *testing.T) {
	t.Helper()
	bin := t.TempDir()
	write := func(name, text string, mode os.FileMode) {
		if err := os.WriteFile(name, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	const role = `{"Role": {"RoleName": "Shop", "Path": "/", "Arn": "arn:aws:iam::111122223333:role/Shop", ` +
		`"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", ` +
		`"Principal": {"Service": "personalize.amazonaws.com"}, "Action": "sts:AssumeRole"}]}}}`
	const bucket = `{"Policy": "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":` +
		`{\"Service\":\"personalize.amazonaws.com\"},\"Action\":\"s3:GetObject\",` +
		`\"Resource\":\"arn:aws:s3:::acme-shop-data/*\"}]}"}`
	const names = `{"PolicyNames": []}`
	write(filepath.Join(bin, "aws"), "#!/bin/sh\ncase \"$*\" in\n"+
		"'iam get-role --role-name Shop') echo '"+role+"';;\n"+
		"'iam list-role-policies --role-name Shop') echo '"+names+"';;\n"+
		"'s3api get-bucket-policy --bucket acme-shop-data') echo '"+bucket+"';;\n"+
		"*) echo \"no such call: $*\" >&2; exit 252;;\nesac\n", 0o755)
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	if err := os.Mkdir("before", 0o755); err != nil {
		t.Fatal(err)
	}
	write("before/role.json", role, 0o644)
	write("before/names.json", names, 0o644)
	write("before/policy of acme-shop-data.json", strings.Replace(bucket, "/*", "/datasets/*", 1), 0o644)
}

// The page about lint: each of its commands finds something or nothing, and is never one that does not exist.
func TestLintDocs(t *testing.T) {
	page, err := os.ReadFile("../../docs/lint.md")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := exec.LookPath("jq"); err != nil {
		t.Skip(err)
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	repo(t)
	sh := func(command string) (string, int) {
		cmd := exec.Command("sh", "-c", command)
		out, _ := cmd.CombinedOutput()
		return string(out), cmd.ProcessState.ExitCode()
	}
	document := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}`
	for name, text := range map[string]string{
		"role.json": document,
		"prod.json": `{"RoleName": "Shop"}`,
		"plan.json": `{"format_version":"1.2","planned_values":{"root_module":{"resources":[{"address":"aws_s3_bucket.b",` +
			`"mode":"managed","type":"aws_s3_bucket","values":{"bucket":"acme"}}]}}}`,
		"role-answer.json": `{"Role":{"RoleName":"Shop","Path":"/","Arn":"arn:aws:iam::111122223333:role/Shop",` +
			`"AssumeRolePolicyDocument":` + document + `}}`,
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if said, code := sh("cp '" + root + "/spec/examples/minimal.yaml' pzgen.yaml && cp -r '" + root + "/out' . && " +
		"cp out/minimal/cloudformation/template.yaml . && cp -r out/minimal/terraform infra && " +
		"mkdir answers && mv role-answer.json answers/role.json && git add template.yaml && git commit -qm a"); code != 0 {
		t.Fatal(said)
	}
	commands := 0
	for _, block := range fence.FindAllStringSubmatch(string(page), -1) {
		if block[1] != "sh" {
			continue
		}
		for command := range strings.Lines(block[3]) {
			commands++
			said, code := sh(command)
			if code > 1 || strings.Contains(said, "pzgen: ") {
				t.Errorf("%s: exit code %d, %s", command, code, said)
			}
		}
	}
	const fix = "pzgen lint --fix role.json"
	if commands != 10 || !strings.Contains(string(page), "`"+fix+"`") {
		t.Errorf("%d commands", commands)
	}
	if said, code := sh(fix); code > 1 || strings.Contains(said, "pzgen: ") {
		t.Errorf("%s: exit code %d, %s", fix, code, said)
	}
}
