package policy

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestError(t *testing.T) {
	for want, e := range map[string]*Error{
		"x":            {Message: "x"},
		"p: x":         {Path: "p", Message: "x"},
		"3:4: x":       {Line: 3, Col: 4, Message: "x"},
		"p:3:4: x":     {Path: "p", Line: 3, Col: 4, Message: "x", Hint: "not a part of it"},
		"C:\\p:1:1: x": {Path: `C:\p`, Line: 1, Col: 1, Message: "x"},
	} {
		if got := e.Error(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestInFile(t *testing.T) {
	_, err := DecodeJSON([]byte("{\n \"a\": 1}"))
	got := InFile("role.json", err)
	var placed *Error
	if !errors.As(got, &placed) || *placed != (Error{Path: "role.json", Line: 2, Col: 2, Message: placed.Message}) {
		t.Errorf("%#v", got)
	}
	if before := new(Error); !errors.As(err, &before) || before.Path != "" {
		t.Errorf("the error itself was changed: %v", err)
	}
	both := InFile("f", errors.Join(Pos{1, 2}.errorf("a"), fmt.Errorf("wrapped: %w", Pos{3, 4}.errorf("b")), errors.New("c")))
	if both.Error() != "f:1:2: a\nf:3:4: b\nf: c" {
		t.Errorf("%v", both)
	}
	if InFile("f", nil) != nil {
		t.Error("no error became one")
	}
	if HintOf(errors.New("x")) != "" || !strings.Contains(HintOf(InFile("f", utf16Error(t))), "UTF-8") {
		t.Error("the hint is lost")
	}
}

func utf16Error(t *testing.T) error {
	t.Helper()
	_, err := DecodeOutput([]byte("\xff\xfe{\x00"))
	if err == nil {
		t.Fatal("UTF-16 was read")
	}
	return err
}

// A document without a meaning is an error with the place of its statement.
func TestDocumentErrorPlace(t *testing.T) {
	d, err := DecodeJSON([]byte("{\"Version\":\"2012-10-17\",\"Statement\":\n  {\"Effect\":\"Allow\",\"Action\":\"*:*\",\"Resource\":\"*\"}}"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = Evaluate(Request{Principal: userBob, Action: "a:b", Resource: "*"}, Policies{Identity: []Document{d}})
	var placed *Error
	if !errors.As(err, &placed) || placed.Line != 2 || placed.Col != 3 || placed.Error() != err.Error() {
		t.Errorf("%v, %+v", err, placed)
	}
}
