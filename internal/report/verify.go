package report

import (
	"bytes"
	"errors"
	"fmt"
	"html"
	"slices"
	"strings"
)

// ErrNotReport is the error for a file that is no report, or one whose list of files was changed.
var ErrNotReport = errors.New("it is not a report that pzgen wrote")

// What is around the list of files and its hash in a page. No text of the page itself can hold
// them: they are markup.
const (
	filesOpen = `<pre id="files" tabindex="0">`
	sumOpen   = `<code id="manifest">`
)

// Reviewed is what a report says was reviewed.
type Reviewed struct {
	Sum  string // SHA-256 of the list of files
	list manifest
}

// ReadPage takes the list of files out of a page. The error wraps [ErrNotReport]. It does not
// look at the rest of the page: that it is what pzgen wrote, a signature or a checksum of the
// page tells.
func ReadPage(page []byte) (Reviewed, error) {
	text, ok := between(page, filesOpen, "</pre>")
	sum, ok2 := between(page, sumOpen, "</code>")
	if !ok || !ok2 {
		return Reviewed{}, fmt.Errorf("%w: it has no list of files", ErrNotReport)
	}
	m, ok := parseManifest(html.UnescapeString(text))
	switch {
	case !ok:
		return Reviewed{}, fmt.Errorf("%w: its list of files cannot be read", ErrNotReport)
	case m.sum() != sum:
		return Reviewed{}, fmt.Errorf("%w: its list of files is not the one that its hash is of",
			ErrNotReport)
	}
	return Reviewed{sum, m}, nil
}

// between returns what is between two texts of a page, of which the first is there once.
func between(page []byte, open, end string) (string, bool) {
	_, rest, ok := bytes.Cut(page, []byte(open))
	if !ok || bytes.Contains(rest, []byte(open)) {
		return "", false
	}
	text, _, ok := bytes.Cut(rest, []byte(end))
	return string(text), ok
}

// Len returns how many files were reviewed.
func (r Reviewed) Len() int { return len(r.list.files) }

// Differences returns how an output folder differs from what was reviewed, a line for each file,
// sorted by path; none when it is the same. The errors are those of reading it.
func (r Reviewed) Differences(out string) ([]string, error) {
	now, err := readManifest(out, r.list.folders)
	if err != nil {
		return nil, err
	}
	is := map[string]listed{}
	for _, f := range now.files {
		is[f.path] = f
	}
	type line struct{ path, text string }
	var lines []line
	say := func(f listed, what string) {
		lines = append(lines, line{f.path, quoted(f.path) + ": " + what})
	}
	for _, was := range r.list.files {
		f, there := is[was.path]
		delete(is, was.path)
		switch {
		case !there:
			say(was, "is gone")
		case f.sum != was.sum:
			say(was, "says something else")
		case f.mode != was.mode:
			say(was, fmt.Sprintf("has mode %s, and had %s", f.mode, was.mode))
		case f.sum == "":
			say(was, "is no regular file, so what it was is not known")
		}
	}
	for _, f := range is {
		say(f, "was not there")
	}
	slices.SortFunc(lines, func(a, b line) int { return strings.Compare(a.path, b.path) })
	var texts []string
	for _, l := range lines {
		texts = append(texts, l.text)
	}
	return texts, nil
}
