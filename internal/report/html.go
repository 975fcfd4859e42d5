package report

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"path"
	"regexp"
	"strings"

	"github.com/pzgen/pzgen/internal/findings"
)

var (
	//go:embed page.tmpl
	pageTemplate string
	//go:embed page.css
	pageStyle string
	//go:embed page.js
	pageScript string
)

// view is a page with what else its template needs.
type view struct {
	*Page
	Policy        string // Content-Security-Policy
	Style, Script template.HTML
}

// WriteHTML writes the page. Names and texts of it are data: html/template escapes them for their
// place, and characters that change the direction of text, or control a terminal, are replaced.
func (p *Page) WriteHTML(w io.Writer) error {
	t, err := template.New("page").Funcs(template.FuncMap{"join": join, "count": count,
		"singular": singular, "short": p.short, "grants": tableOf, "prose": prose}).Parse(pageTemplate)
	if err != nil {
		return err
	}
	v := view{Page: p,
		Policy: fmt.Sprintf("default-src 'none'; style-src '%s'; script-src '%s'; "+
			"base-uri 'none'; form-action 'none'", hash(pageStyle), hash(pageScript)),
		// Both are written verbatim, as their hashes are of them.
		Style:  template.HTML("<style>" + pageStyle + "</style>"),
		Script: template.HTML("<script>" + pageScript + "</script>")}
	var b bytes.Buffer
	if err := t.Execute(&b, v); err != nil {
		return err
	}
	_, err = io.WriteString(w, findings.Plain(b.String()))
	return err
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

func join(list []string) string { return strings.Join(list, ", ") }

// count returns a number with what it counts.
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func singular(label string) string { return strings.TrimSuffix(label, "s") }

// short returns a place without the output folder, which all of them are in.
func (p *Page) short(place string) string {
	return strings.TrimPrefix(place, path.Clean(strings.ReplaceAll(p.Out, `\`, "/"))+"/")
}

// table is a table of grants.
type table struct {
	Label      string
	Grants     []grant
	Setup, Who bool // columns
}

func tableOf(label string, grants []grant, setup, who bool) table {
	return table{label, grants, setup, who}
}

var (
	link = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
	code = regexp.MustCompile("`([^`]*)`")
	bold = regexp.MustCompile(`\*\*([^*]*)\*\*`)
)

// prose returns a text of the documentation as HTML: code and bold text are kept, and of a link
// its text, as the page leads nowhere.
func prose(text string) template.HTML {
	text = template.HTMLEscapeString(link.ReplaceAllString(text, "$1"))
	text = code.ReplaceAllString(text, "<code>$1</code>")
	return template.HTML(bold.ReplaceAllString(text, "<b>$1</b>"))
}

// notKnown answers what cannot be answered because a file could not be read.
const notKnown = "not known: the files could not be read"

// Failing returns how many calls of a setup do not pass in some target.
func (s setup) Failing() int {
	n := 0
	for _, w := range s.Workflows {
		n += w.Failed
	}
	return n
}

// OutsideShort answers in a line who is outside of the account.
func (p *Page) OutsideShort() string {
	if p.Unread != "" {
		return notKnown
	}
	services := set{}
	for _, s := range p.Outside.Services {
		services.add(s.Name)
	}
	accounts := set{}
	for _, g := range p.Outside.Accounts {
		accounts.add(g.Who)
	}
	text := "nothing is public"
	if n := len(p.Outside.Public); n > 0 {
		text = count(n, "grant") + " to everybody"
	}
	others := count(len(accounts), "principal") + " of other accounts"
	if len(accounts) == 0 {
		others = "no other account"
	}
	return text + "; " + others + "; " + count(len(services), "service") + " of AWS"
}

// PassShort answers in a line who may pass the role.
func (p *Page) PassShort() string {
	if p.Unread != "" {
		return notKnown
	}
	who := set{}
	for _, g := range p.Passes {
		who.add(g.Setup + "\x00" + g.Who)
	}
	if len(who) == 0 {
		return "nobody, by these files"
	}
	return count(len(who), "principal")
}

// WriteShort answers in a line what the role can write.
func (p *Page) WriteShort() string {
	if p.Unread != "" {
		return notKnown
	}
	return count(len(p.Writes), "grant") + " beyond reading"
}

// ChangeShort answers in a line what changed since the last review.
func (p *Page) ChangeShort() string {
	switch {
	case p.Unread != "":
		return notKnown
	case p.Changes == nil:
		return "nothing was compared"
	case len(p.Changes.List) == 0:
		return "nothing since " + p.Changes.Against
	}
	return count(len(p.Changes.List), "change") + " since " + p.Changes.Against
}
