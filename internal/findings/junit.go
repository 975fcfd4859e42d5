package findings

import (
	"encoding/xml"
	"io"
	"strings"
	"unicode/utf8"
)

type suite struct {
	XMLName  xml.Name `xml:"testsuite"`
	Name     string   `xml:"name,attr"`
	Tests    int      `xml:"tests,attr"`
	Failures int      `xml:"failures,attr"`
	Cases    []kase   `xml:"testcase"`
}

type kase struct {
	Name    string   `xml:"name,attr"`
	Class   string   `xml:"classname,attr"`
	File    string   `xml:"file,attr,omitempty"`
	Line    int      `xml:"line,attr,omitempty"`
	Failure *failure `xml:"failure"`
	Out     string   `xml:"system-out,omitempty"`
}

type failure struct {
	Type    string `xml:"type,attr"`
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// junit prints a test suite with a case for each finding: an error fails its case, the others pass with an output. A suite without any case counts
// as broken in most readers, so where nothing was found one case passes.
func (r Report) junit(w io.Writer) error {
	s := suite{Name: r.Command, Tests: max(1, len(r.Findings))}
	for _, f := range r.Findings {
		c := kase{Name: clean(strings.TrimSpace(f.Rule + " " + f.Place())), Class: r.Command, File: clean(f.File), Line: f.Line}
		if f.Level == Error {
			c.Failure = &failure{Type: clean(f.Rule), Message: clean(f.Message), Text: clean(f.long())}
			s.Failures++
		} else {
			c.Out = clean(f.long())
		}
		s.Cases = append(s.Cases, c)
	}
	if s.Cases == nil {
		s.Cases = []kase{{Name: "no findings", Class: r.Command}}
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(struct {
		XMLName  xml.Name `xml:"testsuites"`
		Tests    int      `xml:"tests,attr"`
		Failures int      `xml:"failures,attr"`
		Suite    suite
	}{Tests: s.Tests, Failures: s.Failures, Suite: s}); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// clean replaces what XML 1.0 cannot hold, even escaped.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xfffe || r == 0xffff {
			return utf8.RuneError
		}
		return r
	}, s)
}
