package findings

import (
	"bytes"
	"io"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/owenrumney/go-sarif/v2/sarif"
)

// sarif prints SARIF 2.1.0, which GitHub code scanning and editors show.
func (r Report) sarif(w io.Writer) error {
	report, err := sarif.New(sarif.Version210)
	if err != nil {
		return err
	}
	run := sarif.NewRunWithInformationURI("pzgen", "https://github.com/pzgen/pzgen")
	run.Tool.Driver.WithVersion(r.Version)
	run.ColumnKind = "unicodeCodePoints"
	for _, f := range r.Findings {
		rule := run.AddRule(f.Rule)
		if title := r.Titles[f.Rule]; title != "" {
			rule.WithShortDescription(sarif.NewMultiformatMessageString(title))
		}
		result := run.CreateResultForRule(f.Rule).WithLevel(string(f.Level)).WithMessage(sarif.NewTextMessage(f.long()))
		if f.File == "" {
			continue
		}
		place := sarif.NewPhysicalLocation().WithArtifactLocation(sarif.NewSimpleArtifactLocation(uri(f.File)))
		if f.Line > 0 {
			region := sarif.NewRegion().WithStartLine(f.Line)
			if f.Col > 0 {
				region.WithStartColumn(f.Col)
			}
			place.WithRegion(region)
		}
		result.AddLocation(sarif.NewLocationWithPhysicalLocation(place))
	}
	report.AddRun(run)
	var b bytes.Buffer
	if err := report.PrettyWrite(&b); err != nil {
		return err
	}
	b.WriteByte('\n')
	_, err = w.Write(EscapeJSON(b.Bytes()))
	return err
}

// uri returns a path as a URI reference, relative where the path is.
func uri(name string) string {
	name = filepath.ToSlash(name)
	u := url.URL{Path: name}
	if filepath.IsAbs(name) {
		u.Scheme = "file"
		if !strings.HasPrefix(name, "/") {
			u.Path = "/" + name // a drive's letter
		}
	}
	return u.String()
}
