package json

import (
	"bytes"
	"errors"
	"path"
	"strings"

	"github.com/pzgen/pzgen/internal/deployed"
	"github.com/pzgen/pzgen/internal/output"
	"github.com/pzgen/pzgen/policy"
)

// Parse reads a folder of policy documents, one JSON file each. JSON does not say what a document
// is attached to, so each goes by the name of its file: State.Documents holds "role-policy.json",
// or "bucket-inbox.statements.json" for statements to merge. It has no names to give a value
// either, so the function that Parse returns returns the same State for all values.
//
// The script that merges documents is passed over where it is what pzgen writes, byte by byte.
//
// A file that is no policy document, by its name, its place or its content, is in State.Unknown;
// Parse returns no error. It does not check what a document grants, nor that AWS would take it
// where it is to be attached.
func Parse(in deployed.Input) (func(deployed.Values) (deployed.State, error), error) {
	var s deployed.State
	for _, f := range in.Files {
		if path.Base(f.Path) == mergerName && path.Dir(f.Path) == path.Clean(in.Dir) && bytes.Equal(f.Data, merger) {
			continue
		}
		if why := misplaced(in, f.Path); why != "" {
			s.Unknown = append(s.Unknown, deployed.Unknown{
				Kind: "file", What: f.Path, Why: why, At: deployed.Place{Path: f.Path}})
			continue
		}
		if in.Own[f.Path] { // of no kind that anybody takes for a policy
			continue
		}
		d, err := decode(f)
		if err != nil {
			s.Unknown = append(s.Unknown, *err)
			continue
		}
		s.Documents = append(s.Documents, deployed.Shown{Name: path.Base(f.Path), Policy: d})
	}
	return func(deployed.Values) (deployed.State, error) { return s, nil }, nil
}

// misplaced returns why a file cannot be in the folder; "" where it can.
func misplaced(in deployed.Input, file string) string {
	isJSON := strings.EqualFold(path.Ext(file), whole)
	switch own := in.Own[file]; {
	case own && isJSON:
		return "a file of your own that may be a policy is not to be among those of the setup: move it"
	case own:
		return ""
	case path.Dir(file) != path.Clean(in.Dir):
		return "policy documents are in the folder " + in.Dir + " itself, not in one below it: remove it"
	case path.Ext(file) != whole:
		return "the name of a policy document ends in " + whole + ": remove the file"
	}
	return ""
}

// decode reads one file, which holds one document and nothing else.
func decode(f output.File) (*deployed.Document, *deployed.Unknown) {
	at := deployed.Place{Path: f.Path, Line: 1, Col: 1}
	if bytes.HasPrefix(f.Data, []byte("\ufeff")) { // the AWS CLI hands it on, and AWS refuses it
		return nil, &deployed.Unknown{Kind: "byte order mark", What: "\ufeff", At: at,
			Why: "AWS takes no policy that begins with it: save the file without"}
	}
	doc, err := policy.DecodeJSON(f.Data)
	if err != nil {
		u := &deployed.Unknown{Kind: "document", What: path.Base(f.Path), Why: err.Error(), At: at}
		var syntax *policy.Error
		if errors.As(err, &syntax) {
			u.At.Line, u.At.Col, u.Why = syntax.Line, syntax.Col, syntax.Message
		}
		return nil, u
	}
	d := &deployed.Document{Document: doc, At: at}
	for _, s := range doc.Statements {
		d.Statements = append(d.Statements, deployed.Place{Path: f.Path, Line: s.Pos.Line, Col: s.Pos.Col})
	}
	return d, nil
}
