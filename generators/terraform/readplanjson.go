package terraform

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"unicode/utf8"

	"github.com/pzgen/pzgen/internal/deployed"
)

// planJSON parses a file into maps and lists.
func planJSON(file string, data []byte) (map[string]any, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	at := func(offset int64) deployed.Place {
		before := data[:min(max(offset, 0), int64(len(data)))]
		line := before[bytes.LastIndexByte(before, '\n')+1:]
		return deployed.Place{Path: file, Line: 1 + bytes.Count(before, []byte("\n")),
			Col: 1 + utf8.RuneCount(line)}
	}
	if !utf8.Valid(data) {
		i := slices.IndexFunc([]rune(string(data)), func(r rune) bool { return r == utf8.RuneError })
		return nil, deployed.Errorf(at(int64(len(string([]rune(string(data))[:i])))), "it is not UTF-8")
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var top map[string]any
	err := dec.Decode(&top)
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return nil, deployed.Errorf(at(syntax.Offset-1), "%v", syntax)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return nil, deployed.Errorf(at(int64(len(data))), "the file ends within JSON")
	case err != nil || top == nil:
		return nil, deployed.Errorf(at(0), "it is not an object of JSON")
	}
	if rest := bytes.TrimLeft(data[dec.InputOffset():], " \t\r\n"); len(rest) > 0 {
		return nil, deployed.Errorf(at(int64(len(data)-len(rest))), "%q is behind the end of the object",
			short(string(rest)))
	}
	return top, nil
}
