package interp

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/itchyny/gojq"
	"mvdan.cc/sh/v3/interp"
)

// jqs runs jq for one reading, so that a filter that occurs again is compiled once.
type jqs map[string]*gojq.Code

// run answers `jq args...` with the options that the scripts use: -n, -r, -c, --arg, --argjson.
// Others are an error.
func (cache jqs) run(args []string, hc interp.HandlerContext) error {
	var null, text, compact bool
	var filter string
	var names []string
	var values []any
	filters := 0
	for i := 0; i < len(args); i++ {
		switch a := args[i]; {
		case a == "--arg" || a == "--argjson":
			if i+2 >= len(args) {
				return fmt.Errorf("jq: %s needs a name and a value", a)
			}
			var v any = args[i+2]
			if a == "--argjson" {
				if err := json.Unmarshal([]byte(args[i+2]), &v); err != nil {
					fmt.Fprintf(hc.Stderr,
						"jq: invalid JSON text passed to --argjson %s: %v in %q\n", args[i+1], err, args[i+2])
					return interp.ExitStatus(2)
				}
			}
			names, values = append(names, "$"+args[i+1]), append(values, v)
			i += 2
		case strings.HasPrefix(a, "-"):
			for _, c := range a[1:] {
				switch c {
				case 'n':
					null = true
				case 'r':
					text = true
				case 'c':
					compact = true
				default:
					return fmt.Errorf("jq: option %q is not one that pzgen's scripts use", a)
				}
			}
		default:
			filter = a
			filters++
		}
	}
	if filters != 1 {
		return fmt.Errorf("jq: %d filters; a script gives one, and no files", filters)
	}
	code, err := cache.compile(filter, names)
	if err != nil {
		return fmt.Errorf("jq: %w in %q", err, filter)
	}
	if null {
		return write(code, nil, values, text, compact, hc)
	}
	in := json.NewDecoder(hc.Stdin)
	for {
		var v any
		if err := in.Decode(&v); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			fmt.Fprintf(hc.Stderr, "jq: parse error: %v\n", err)
			return interp.ExitStatus(2)
		}
		if err := write(code, v, values, text, compact, hc); err != nil {
			return err
		}
	}
}

func (cache jqs) compile(filter string, names []string) (*gojq.Code, error) {
	id := strings.Join(names, " ") + "\x00" + filter
	if code, ok := cache[id]; ok {
		return code, nil
	}
	query, err := gojq.Parse(filter)
	if err != nil {
		return nil, err
	}
	code, err := gojq.Compile(query, gojq.WithVariables(names))
	if err == nil {
		cache[id] = code
	}
	return code, err
}

func write(code *gojq.Code, in any, values []any, text, compact bool,
	hc interp.HandlerContext) error {
	results := code.Run(in, values...)
	for {
		v, ok := results.Next()
		if !ok {
			return nil
		}
		if err, ok := v.(error); ok {
			fmt.Fprintf(hc.Stderr, "jq: error: %v\n", err)
			return interp.ExitStatus(5)
		}
		if s, ok := v.(string); ok && text {
			fmt.Fprintln(hc.Stdout, s)
			continue
		}
		b, err := gojq.Marshal(v)
		if err != nil {
			return err
		}
		if !compact {
			var indented bytes.Buffer
			if err := json.Indent(&indented, b, "", "  "); err == nil {
				b = indented.Bytes()
			}
		}
		fmt.Fprintf(hc.Stdout, "%s\n", b)
	}
}
