package readme

import (
	"strconv"
	"strings"

	"github.com/pzgen/pzgen/internal/model"
	"github.com/pzgen/pzgen/policy"
)

// row is a statement of a document and why it is there.
type row struct {
	Document, Sid span
	Why, Source   inline
}

// rows returns every statement of every document. A statement without a reason is somebody else's,
// in the policy of something that exists.
func rows(s *model.Setup) []row {
	var all []row
	for _, d := range s.Docs() {
		var reasons []model.Reason
		for _, r := range s.Reasons {
			if r.Document == d.Name {
				reasons = append(reasons, r)
			}
		}
		for i, st := range d.Document.Statements {
			row := row{Document: code(d.Name), Sid: sid(st, i), Why: "was there before; kept as it is"}
			if r := reasonFor(reasons, d, st, i); r != nil {
				row.Why, row.Source = why(*r), source(*r)
			}
			all = append(all, row)
		}
	}
	return all
}

// sid names a statement. The guide's own documents, and other people's, have statements without a
// Sid: they go by their place.
func sid(s policy.Statement, i int) span {
	if s.Sid == "" {
		return code("Statement[" + strconv.Itoa(i) + "]")
	}
	return code(s.Sid)
}

func reasonFor(reasons []model.Reason, d model.Doc, s policy.Statement, i int) *model.Reason {
	if s.Sid == "" {
		if len(reasons) == len(d.Document.Statements) {
			return &reasons[i]
		}
		return nil
	}
	for j := range reasons {
		if reasons[j].Sid == s.Sid {
			return &reasons[j]
		}
	}
	return nil
}

func why(r model.Reason) inline {
	if r.Breaks == "" {
		return text(r.Why)
	}
	return text(r.Why) + ". Without it: " + text(r.Breaks)
}

// guides are where sources are: the Personalize guide, and those that a prefix names.
var guides = map[string]string{
	"":                      "https://docs.aws.amazon.com/personalize/latest/dg/",
	"iam":                   "https://docs.aws.amazon.com/IAM/latest/UserGuide/",
	"kms":                   "https://docs.aws.amazon.com/kms/latest/developerguide/",
	"s3":                    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/",
	"service-authorization": "https://docs.aws.amazon.com/service-authorization/latest/reference/",
}

// source returns the page and section of a reason as a link, if it has the form of one, and the
// edition.
func source(r model.Reason) inline {
	if r.Source == "" {
		return "the spec, line " + inline(strconv.Itoa(r.Place.Line))
	}
	shown := inline(code(r.Source))
	guide, rest, ok := strings.Cut(r.Source, ":")
	if !ok {
		guide, rest = "", r.Source
	}
	page, section, _ := strings.Cut(rest, "#")
	if base := guides[guide]; base != "" && page != "" && strings.Trim(page+section, pageLetters) == "" {
		link := base + page + ".html"
		if section != "" {
			link += "#" + section
		}
		shown = "[" + shown + "](" + inline(link) + ")"
	}
	if r.Edition != "" {
		shown += ", " + text(r.Edition)
	}
	return shown
}

const pageLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
