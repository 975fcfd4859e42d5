package findings

import (
	"encoding/json"
	"encoding/xml"
	"strings"
	"testing"
)

// hostile has something in each field that one of the forms would act on.
var hostile = Finding{
	Rule: "PZ001", Level: Error, File: "a b/p|z%,:<x>.yaml", Line: 3, Col: 7,
	Message: "no \"x\" <b> ::set-output | ]]> `code`\nsecond line \x1b[31m\u202e", Hint: "write 100%", Detail: "-a\n+```\n+]]>\x00\n",
}

func render(t *testing.T, format string, list ...Finding) string {
	t.Helper()
	var b strings.Builder
	r := Report{Command: "pzgen validate", Version: "v1", Findings: list, Titles: map[string]string{"PZ001": "the first"}}
	if err := r.Write(&b, format); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestText(t *testing.T) {
	want := "a b/p|z%,:<x>.yaml:3:7: no \"x\" <b> ::set-output | ]]> `code`\nsecond line \ufffd[31m\ufffd [PZ001]\n  -a\n  +```\n  +]]>\ufffd\n  hint: write 100%\n"
	if got := render(t, "text", hostile); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := render(t, "text", Finding{Level: Warning, Message: "m", File: "f"}, Finding{Level: Error, Message: "n"}); got != "f: warning: m\nn\n" {
		t.Errorf("%q", got)
	}
	if got := render(t, "text"); got != "" {
		t.Errorf("%q, want nothing", got)
	}
}

func TestGitHub(t *testing.T) {
	want := "::error title=pzgen validate PZ001,file=a b/p|z%25%2C%3A<x>.yaml,line=3,col=7::no \"x\" <b> ::set-output | ]]> `code`%0Asecond line \x1b[31m\u202e" +
		"%0Awrite 100%25%0A-a%0A+```%0A+]]>\x00\n"
	if got := render(t, "github", hostile); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestJSON(t *testing.T) {
	var got struct{ Findings []Finding }
	if err := json.Unmarshal([]byte(render(t, "json", hostile)), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Findings) != 1 || got.Findings[0].Message != hostile.Message || got.Findings[0].Col != 7 {
		t.Errorf("%+v", got)
	}
	if got := render(t, "json"); !strings.Contains(got, `"findings": []`) {
		t.Errorf("%s: want an empty list", got)
	}
}

func TestJUnit(t *testing.T) {
	type suites struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Suite    suite
	}
	for _, test := range []struct {
		list            []Finding
		tests, failures int
	}{{nil, 1, 0}, {[]Finding{hostile}, 1, 1}, {[]Finding{hostile, {Level: Warning, Rule: "w", Message: "m\x00"}}, 2, 1}} {
		var got suites
		if err := xml.Unmarshal([]byte(render(t, "junit", test.list...)), &got); err != nil {
			t.Fatal(err)
		}
		if got.Tests != test.tests || got.Failures != test.failures || len(got.Suite.Cases) != test.tests {
			t.Errorf("%+v", got)
		}
		if len(test.list) == 2 && !strings.Contains(got.Suite.Cases[0].Failure.Text, "]]>") {
			t.Errorf("failure reads %q", got.Suite.Cases[0].Failure.Text)
		}
	}
}

func TestSARIF(t *testing.T) {
	var got struct {
		Version string
		Runs    []struct {
			Tool struct {
				Driver struct{ Rules []struct{ ID string } }
			}
			Results []struct {
				RuleID, Level string
				Message       struct{ Text string }
				Locations     []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI string }
						Region           struct{ StartLine, StartColumn int }
					}
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(render(t, "sarif", hostile, Finding{Rule: "PZ001", Level: Warning, Message: "m"})), &got); err != nil {
		t.Fatal(err)
	}
	if got.Version != "2.1.0" || len(got.Runs) != 1 || len(got.Runs[0].Results) != 2 || len(got.Runs[0].Tool.Driver.Rules) != 1 {
		t.Fatalf("%+v", got)
	}
	r := got.Runs[0].Results[0]
	l := r.Locations[0].PhysicalLocation
	if r.RuleID != "PZ001" || r.Level != "error" || l.ArtifactLocation.URI != "a%20b/p%7Cz%25,:%3Cx%3E.yaml" || l.Region.StartLine != 3 || l.Region.StartColumn != 7 {
		t.Errorf("%+v", r)
	}
}

func TestMarkdown(t *testing.T) {
	got := render(t, "markdown", hostile)
	want := "| error | PZ001 | a b/p\\|z%,:&lt;x&gt;.yaml:3:7 | no \"x\" &lt;b&gt; ::set-output \\| \\]\\]&gt; \\`code\\`<br>second line \ufffd\\[31m\ufffd | write 100% |\n"
	if !strings.Contains(got, want) || !strings.Contains(got, "\n````diff\n-a\n+```\n") {
		t.Errorf("%s\nwant the line\n%s", got, want)
	}
	linked := render(t, "markdown", Finding{Message: "@team #12 a@b.example https://c.example www.d.example <!-- -->"})
	if want := "@<!-- -->team #<!-- -->12 a@<!-- -->b.example https:<!-- -->//c.example www<!-- -->.d.example &lt;\\!-- --&gt; |"; !strings.Contains(linked, want) {
		t.Errorf("%s\nwant %s", linked, want)
	}
	if got := render(t, "markdown", hostile); strings.ContainsAny(got, "\x00\x1b\u202e") {
		t.Errorf("a character acts: %q", got)
	}
	if got := render(t, "markdown"); !strings.Contains(got, "No findings.") {
		t.Error(got)
	}
}

func TestUnknownFormat(t *testing.T) {
	if err := (Report{}).Write(&strings.Builder{}, "yaml"); err == nil || !strings.Contains(err.Error(), `"yaml"`) {
		t.Error(err)
	}
}
