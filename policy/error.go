package policy

import (
	"errors"
	"fmt"
)

// Error is a fault in a file, with its place. Every reader of this package returns it, alone or
// joined; other readers can use it too. Find it with [errors.As].
type Error struct {
	Path      string // of the file; "" where the reader was given bytes alone, see [InFile]
	Line, Col int    // both count from 1, a column is a character; 0 is no place
	Message   string // lower case, without a full stop
	Hint      string // what to do about it; "" where the message says so
}

// Error returns place and message, "policy.json:3:14: message", without what is not known of the
// place and without the hint.
func (e *Error) Error() string {
	switch {
	case e.Line == 0 && e.Path == "":
		return e.Message
	case e.Line == 0:
		return e.Path + ": " + e.Message
	case e.Path == "":
		return fmt.Sprintf("%d:%d: %s", e.Line, e.Col, e.Message)
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.Path, e.Line, e.Col, e.Message)
}

// InFile returns err as that of a file: each [*Error] that is joined in it, or wrapped alone, has
// the path. What has no place is put behind the path.
func InFile(path string, err error) error {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []error
		for _, e := range joined.Unwrap() {
			all = append(all, InFile(path, e))
		}
		return errors.Join(all...)
	}
	var placed *Error
	if !errors.As(err, &placed) {
		return fmt.Errorf("%s: %w", path, err)
	}
	e := *placed
	e.Path = path
	return &e
}

// HintOf returns the hint of the first [*Error] in err that has one, or "".
func HintOf(err error) string {
	var placed *Error
	if errors.As(err, &placed) {
		return placed.Hint
	}
	return ""
}

// Pos is a place in a file; line and column count from 1, and the zero Pos is no place.
type Pos struct{ Line, Col int }

func (p Pos) errorf(format string, args ...any) error {
	return &Error{Line: p.Line, Col: p.Col, Message: fmt.Sprintf(format, args...)}
}
