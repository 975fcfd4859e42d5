// Package prose holds the texts that pzgen writes for people, as text/template files.
//
// text/template escapes nothing, so the values of such a text are of types that hold escaped text already; no structured format (JSON, YAML,
// HCL, shell) is ever made this way.
package prose

import (
	"embed"
	"io"
	"sync"
	"text/template"
)

//go:embed *.tmpl
var files embed.FS

// parsed reads the files once, when the first text is wanted. They are part of the program, so a mistake in one is a mistake in the program.
var parsed = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("").Option("missingkey=error").ParseFS(files, "*.tmpl"))
})

// Execute writes the text of a file, readme.md.tmpl for example, with the values of data. It does not escape them. An error is one of w, or a
// value that the text asks for and data does not have.
func Execute(w io.Writer, file string, data any) error {
	return parsed().ExecuteTemplate(w, file, data)
}
